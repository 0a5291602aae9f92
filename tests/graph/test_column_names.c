#include "graph/readers/column_names.h"
#include "support/suite.h"
#include <stdio.h>
#include <string.h>

static rg_column_name of(const char *name)
{
    return rg_column_name_of(name, (int64_t)strlen(name));
}

static void are(rg_role role, const char *const *names)
{
    for (; *names != NULL; names++) {
        const rg_role found = of(*names).role;
        if (found != role) printf("\n%s is %d, not %d\n", *names, found, role);
        CU_ASSERT_EQUAL(found, role);
    }
}
#define ARE(role, ...) are(role, (const char *const[]){__VA_ARGS__, NULL})

static void test_column_names__roles(void)
{
    ARE(RG_ROLE_USER, "user", "user_id", "userId", "UserID", "USER ID", "user-id",
        "userid", "#user", "user_id:token", "\"user_id\"", "users", "id_user",
        "customer_unique_id", "reviewerID", "visitorid", "review_profilename",
        "session_id", "SessionId", "household_key", "Kundennummer", "Kunden-Nr",
        "id_usuario", "idUsuario", "codice_cliente", "utilisateur_id", "gebruiker_id",
        "polzovatel_id", "Пользователь", "пользователь_id", "用户ID", "用户",
        "ユーザーID", "사용자");
    ARE(RG_ROLE_ITEM, "item", "itemId", "movieId", "recipe_id", "anime_id", "beer_beerid",
        "parent_asin", "purchased_product_id", "pid", "sku", "StockCode", "ISBN",
        "track-id", "Artikelnummer", "artikel_nr", "produit", "code_produit",
        "película_id", "prodotto", "id_produto", "товар_id", "Товар", "商品id",
        "アイテムID", "상품");
    ARE(RG_ROLE_WEIGHT, "rating", "Book-Rating", "rating:float", "playCount", "Quantity",
        "review_overall", "Bewertung", "calificación", "оценка", "评分");
    ARE(RG_ROLE_TIME, "timestamp", "timestamp:float", "event_time", "review_date",
        "created_at", "when", "InvoiceDate", "t_dat", "Datum", "fecha", "Дата", "时间戳");
}

static void test_column_names__neither(void)
{
    ARE(RG_ROLE_OTHER, "rating_id", "review_id", "order_id", "orderid", "InvoiceNo",
        "transactionid", "event_id", "category_id", "product_category_id", "item_price",
        "user_age", "user_location", "title", "name", "id", "brand", "Country", "time_id",
        "release_date", "average_rating");
    ARE(RG_ROLE_UNKNOWN, "thing", "", "foo_id", "x", "book_average_rating");
    CU_ASSERT(of("foo_id").is_key && of("fooId").is_key && !of("foo").is_key);
    CU_ASSERT(of("ingredientId").is_key);
}

/* The former is meant when both are there. */
static void before(const char *a, const char *b)
{
    CU_ASSERT_EQUAL(of(a).role, of(b).role);
    if (of(a).rank >= of(b).rank) printf("\n%s is not before %s\n", a, b);
    CU_ASSERT(of(a).rank < of(b).rank);
}

static void test_column_names__ranks(void)
{
    before("user_id", "user_name");
    before("user_id", "username");
    before("customer_id", "session_id");
    before("item_id", "item_name");
    before("product_id", "product_name");
    before("movieId", "movie");
    before("parent_asin", "asin"); /* products, of which asin names a variant */
    before("track_id", "artist_id");
    before("beer_beerid", "beer_name");
    before("product_id", "store_id");
    before("timestamp", "review_added_date");
}

static void test_column_names__long_names(void)
{
    char name[400];
    memset(name, 'a', sizeof name);
    CU_ASSERT_EQUAL(rg_column_name_of(name, sizeof name).role, RG_ROLE_UNKNOWN);
    for (size_t k = 0; k < sizeof name; k += 2) name[k] = '_';
    CU_ASSERT_EQUAL(rg_column_name_of(name, sizeof name).role, RG_ROLE_UNKNOWN);
    memset(name, 0xd0, sizeof name);
    CU_ASSERT_EQUAL(rg_column_name_of(name, sizeof name).role, RG_ROLE_UNKNOWN);
}

int test_column_names(void)
{
    const test_case cases[] = {
        {"roles", test_column_names__roles},
        {"neither", test_column_names__neither},
        {"ranks", test_column_names__ranks},
        {"long_names", test_column_names__long_names},
    };
    return TEST_MAIN("column_names", cases);
}
