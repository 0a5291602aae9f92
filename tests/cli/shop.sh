# A shop in PostgreSQL, the schema of docs/pipelines.md: `. shop.sh` after lib.sh defines
# `make_shop CUSTOMERS PRODUCTS`, which fills it. Products pN of a tag and customers of a
# team go together; two products and a customer of each team have no purchase.
sql() { psql "$REGATTA_TEST_POSTGRES" -XAtq -v ON_ERROR_STOP=1 -c "$1"; }

make_shop() {
    planted "$1" "$2" 6 11 | sed 1d >purchases.txt
    sql 'CREATE TABLE products (product text PRIMARY KEY, title text NOT NULL);
        CREATE TABLE product_tags (product text, tag text);
        CREATE TABLE customer_tags (customer text, team text);
        CREATE TABLE purchases (customer text, product text, amount int, bought timestamptz);
        CREATE TABLE returned (customer text, product text);
        CREATE TABLE seconds (customer text, product text, amount int, bought bigint);'
    psql "$REGATTA_TEST_POSTGRES" -XAtq -c 'COPY seconds FROM STDIN' <purchases.txt
    sql 'INSERT INTO purchases SELECT customer, product, amount, to_timestamp(bought) FROM seconds;
        DROP TABLE seconds'
    sql "INSERT INTO products SELECT DISTINCT product, 'The ' || product FROM purchases
            UNION SELECT 'new1', 'A \"new\" one' UNION SELECT 'new2', 'Another';
        INSERT INTO product_tags SELECT product, 'group' || substr(product, 2)::int % 6 FROM products WHERE product LIKE 'i%';
        INSERT INTO product_tags VALUES ('new1', 'group1'), ('new2', 'group2');
        INSERT INTO customer_tags SELECT DISTINCT customer, 'team' || substr(customer, 2)::int % 6 FROM purchases;
        INSERT INTO customer_tags VALUES ('zoe', 'team1'), ('kim', 'team2');"
}
