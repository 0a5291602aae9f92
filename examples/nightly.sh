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

# rows SELECT: its rows, tab-separated, without a header.
rows() { psql "$url" -XAtq -v ON_ERROR_STOP=1 -c "COPY ($1) TO STDOUT"; }

bought='SELECT FROM purchases p WHERE p'
rows "SELECT * FROM product_tags t WHERE EXISTS ($bought.product = t.product)" >"$folder/tags.tsv"
rows "SELECT * FROM customer_tags t WHERE EXISTS ($bought.customer = t.customer)" >"$folder/teams.tsv"
regatta train "$url" -q --query \
    'SELECT customer AS user_id, product AS item_id, bought AS timestamp FROM purchases' \
    --item-features "tags=$folder/tags.tsv" --user-features "teams=$folder/teams.tsv" \
    -o "$folder/model" "$@"

# Products and customers without a purchase, titles, and what single customers shall not get.
rows "SELECT * FROM product_tags t WHERE NOT EXISTS ($bought.product = t.product)" >"$folder/new-items.tsv"
rows "SELECT * FROM customer_tags t WHERE NOT EXISTS ($bought.customer = t.customer)" >"$folder/new-users.tsv"
rows 'SELECT product, title FROM products' >"$folder/titles.tsv"
rows 'SELECT customer, product FROM returned' >"$folder/returned.tsv"
set --
[ -s "$folder/new-items.tsv" ] && set -- --new-items "tags=$folder/new-items.tsv"
[ -s "$folder/new-users.tsv" ] && set -- "$@" --new-users "teams=$folder/new-users.tsv"

regatta recommend "$folder/model" -q -k "${K:-10}" "$@" --names "$folder/titles.tsv" \
    --exclude-pairs "$folder/returned.tsv" --to "$url" --table recommendations
regatta embed "$folder/model" -q "$@" --to "$url" --table product_vectors
