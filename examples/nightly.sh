#!/bin/sh
# The nightly job of a shop whose data is in PostgreSQL: trains on all purchases, and
# replaces the table of recommendations and the table of item vectors, each in one
# transaction. docs/pipelines.md explains each step and has the schema.
#
#   nightly.sh URL FOLDER [OPTION OF train]...
#
# The folder keeps the model and the lists of the day.
set -eu
url=$1
folder=$2
shift 2
mkdir -p "$folder"

# rows SELECT: its rows as CSV, without a header. The text format of COPY writes backslashes
# twice, and ids would be others than in the tables.
rows() { psql "$url" -XAtq -v ON_ERROR_STOP=1 -c "COPY ($1) TO STDOUT WITH (FORMAT csv)"; }

bought='SELECT FROM purchases p WHERE p'
rows "SELECT * FROM product_tags t WHERE EXISTS ($bought.product = t.product)" >"$folder/tags.csv"
rows "SELECT * FROM customer_tags t WHERE EXISTS ($bought.customer = t.customer)" >"$folder/teams.csv"
regatta train "$url" -q --query \
    'SELECT customer AS user_id, product AS item_id, bought AS timestamp FROM purchases' \
    --item-features "tags=$folder/tags.csv" --user-features "teams=$folder/teams.csv" \
    -o "$folder/model" "$@"

# Products and customers without a purchase, titles, and what single customers shall not get.
rows "SELECT * FROM product_tags t WHERE NOT EXISTS ($bought.product = t.product)" >"$folder/new-items.csv"
rows "SELECT * FROM customer_tags t WHERE NOT EXISTS ($bought.customer = t.customer)" >"$folder/new-users.csv"
rows 'SELECT product, title FROM products' >"$folder/titles.csv"
rows 'SELECT customer, product FROM returned' >"$folder/returned.csv"
set --
[ -s "$folder/new-items.csv" ] && set -- --new-items "tags=$folder/new-items.csv"
[ -s "$folder/new-users.csv" ] && set -- "$@" --new-users "teams=$folder/new-users.csv"

# Vectors first: a model without them ends the job before a table is replaced.
regatta embed "$folder/model" -q "$@" --to "$url" --table product_vectors
regatta recommend "$folder/model" -q -k "${K:-10}" "$@" --names "$folder/titles.csv" \
    --exclude-pairs "$folder/returned.csv" --to "$url" --table recommendations
