# Values that cannot be taken: a refusal names line, column, value and the option that
# goes on; --skip-bad drops and counts; --time-format says how times are written.
. "$(dirname "$0")/lib.sh"

# Purchases: US dates, a return, a row without a customer.
cat >retail.csv <<'END'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,"HEART, T-LIGHT",6,12/1/2010 8:26,2.55,17850.0,United Kingdom
536370,22728,ALARM CLOCK,24,12/1/2010 8:45,3.75,12583.0,France
C536379,D,Discount,-1,12/1/2010 9:41,27.5,14527.0,United Kingdom
536414,22139,,56,12/1/2010 11:52,0,,United Kingdom
END
refuse 3 "retail.csv:4: the weight '-1' \(column 'Quantity'\) is negative \(--weight-column 0 leaves the weights out, --skip-bad" \
    "$REGATTA" prepare retail.csv -o made
refuse 3 "retail.csv:2: the time '12/1/2010 8:26' \(column 'InvoiceDate'\) may be 2010-01-12 \(--time-format dmy\) or 2010-12-01 \(--time-format mdy\)" \
    "$REGATTA" prepare retail.csv --skip-bad -o made
check 'nothing is written beside an error' [ ! -e made ]
expect 0 "$REGATTA" prepare retail.csv --skip-bad --time-format mdy -o -
check 'rows' [ "$(tail -n +2 out | tr '\t\n' ',;')" = \
    '17850.0,85123A,6,1291191960;12583.0,22728,24,1291193100;' ]
check 'the empty customer' grep -q 'skipped 1 row: the user is empty (first: line 5)' err
check 'the return' grep -q 'skipped 1 row: the weight is negative (first: line 4)' err
echo '536415,22139,,2,12/13/2010 11:52,0,17850.0,United Kingdom' >>retail.csv
expect 0 "$REGATTA" prepare -q retail.csv --skip-bad -o -
check 'one day above 12 settles the order' grep -q '1291191960' out

# Null words: refused, dropped, or kept.
cat >views.csv <<'END'
sessionId;userId;itemId
1;NA;81766
2;NA;32118
3;77;81766
END
refuse 3 "views.csv:2: the user \(column 'userId'\) is 'NA', a missing value \(.*--user-column.*--keep-null-words" \
    "$REGATTA" inspect views.csv
expect 0 "$REGATTA" prepare views.csv --skip-bad -o -
check 'one user' [ "$(grep -c 81766 out)" = 1 ]
check 'most rows are gone' grep -q 'warning: 2 rows skipped and 1 read' err
expect 0 "$REGATTA" prepare views.csv --keep-null-words -o -
check 'NA is a user' grep -q '^NA' out
expect 0 "$REGATTA" prepare views.csv --user-column 1 -o -
printf 'user,item\nNA,x\n' >none.csv
refuse 3 'none.csv: no interaction left: 1 bad of 1 row, the last one: none.csv:2: the user' \
    "$REGATTA" prepare none.csv --skip-bad -o made

# Times.
printf 'user,item,date\na,x,20210129\na,y,20210301\nb,x,20210129\n' >ymd.csv
expect 0 "$REGATTA" prepare -q ymd.csv --split time:2021-02-01 -o split
check 'eight digits are a day' [ "$(wc -l <split/train.tsv)" = 3 ]
printf 'user,item,time\na,x,1609459200\na,y,1609459200000\na,z,1609459201\n' >units.csv
refuse 3 "units.csv:3: the time '1609459200000' \(column 'time'\) is not in seconds.*--time-format seconds --skip-bad" \
    "$REGATTA" inspect units.csv
expect 0 "$REGATTA" inspect units.csv --time-format seconds --skip-bad
printf 'user,item,time\na,x,44226\na,y,44227,\n' >excel.csv
refuse 3 "excel.csv:2: the time '44226' .* may be a date .*: choose --time-format excel or seconds" \
    "$REGATTA" prepare excel.csv -o -
expect 0 "$REGATTA" prepare excel.csv --time-format excel -o -
check 'a day of a spreadsheet' grep -q 'a.x.1611964800' out
expect 0 "$REGATTA" prepare excel.csv --time-format seconds -o seconds.tsv
expect 0 "$REGATTA" prepare seconds.tsv -o -
check 'written seconds stay seconds' grep -q 'a.x.+44226' out
printf 'user,item,time\na,x,30.1.21 10h\n' >odd.csv
refuse 3 "odd.csv:2: the time '30.1.21 10h' .*--skip-bad.*--time-format.*--time-column" \
    "$REGATTA" inspect odd.csv
expect 0 "$REGATTA" inspect odd.csv --time-format '%d.%m.%y %Hh'
check 'a pattern' grep -q 'times.1612000800' out
refuse 2 "time-format 'tuesday' must be auto, iso, dmy" \
    "$REGATTA" inspect odd.csv --time-format tuesday
refuse 2 "time-format '%d' has no year" "$REGATTA" train odd.csv --time-format %d -o model
finish
