#include "graph/readers/column_words.h"
#include <string.h>

typedef struct word_list {
    rg_role role;
    int rank;
    const char *words; /* separated by one blank */
} word_list;

static const word_list lists[] = {
    {RG_ROLE_USER, 1,
     "user usr uid userhash customer client member reviewer visitor account "
     "person reader viewer listener player subscriber buyer shopper consumer patron "
     "borrower student learner rater voter follower household profile guest passenger "
     "panelist who "
     "nutzer benutzer anwender kunde kunden käufer kaeufer besucher mitglied leser hörer "
     "utilisateur usager membre acheteur visiteur lecteur "
     "usuario usuário utilizador cliente comprador miembro visitante utente acquirente "
     "gebruiker klant bezoeker användare anvandare bruger bruker kund "
     "użytkownik uzytkownik klient uživatel uzivatel zakaznik zákazník kullanıcı "
     "kullanici müşteri musteri "
     "polzovatel pokupatel posetitel пользователь клиент покупатель посетитель юзер "
     "користувач "
     "用户 用戶 使用者 会员 客户 顾客 yonghu ユーザー ユーザ 顧客 会員 사용자 고객 회원"},
    {RG_ROLE_USER, 2, "username profilename nickname login screenname userhandle email"},
    {RG_ROLE_USER, 5,
     "session sess sid visit device cookie sitzung sesión sesion sessione sessão sessao "
     "sessie sessia сессия 会话 セッション 세션"},
    {RG_ROLE_ITEM, 1, "item iid itm parentasin"},
    {RG_ROLE_ITEM, 2,
     "movie film track song music product prod asin book isbn article game app recipe "
     "anime manga beer wine video show series episode podcast course lesson paper news "
     "photo job aid offer listing property hotel restaurant business venue poi repo "
     "repository package sku upc ean gtin pid goods stock merchandise joke drug dish "
     "food attraction museum pin tweet clip component what stockcode stockitem "
     "artikel produkt ware buch lied spiel rezept "
     "produit livre chanson morceau jeu recette "
     "artículo articulo producto libro película pelicula canción cancion juego receta "
     "articolo prodotto canzone gioco ricetta "
     "artigo produto livro filme música musica jogo "
     "product boek przedmiot towar książka ksiazka vara varor tuote ürün urun "
     "tovar predmet kniga артикул товар фильм книга продукт предмет песня игра "
     "商品 物品 产品 產品 电影 電影 歌曲 书籍 图书 项目 アイテム 製品 作品 映画 상품 "
     "아이템 제품 영화"},
    {RG_ROLE_ITEM, 3,
     "référence reference réf artnr artikelnr "
     "artist album store shop playlist followee station site merchant location place "
     "content media document doc post story page material question exercise "
     "problem"},
    {RG_ROLE_WEIGHT, 1,
     "rating weight count score value stars star plays playcount quantity qty strength "
     "bookrating overall preference confidence rate grade points clicks views listens "
     "purchases hours playtime frequency freq feedback cnt userrating movierating "
     "itemrating productrating reviewrating reviewscore reviewoverall starrating "
     "ratingvalue listencount viewcount clickcount numplays "
     "bewertung wertung anzahl menge stückzahl stueckzahl gewicht punkte sterne "
     "évaluation evaluation quantité quantite poids étoiles etoiles "
     "calificación calificacion puntuación puntuacion valoración valoracion cantidad "
     "estrellas "
     "peso voto valutazione punteggio quantità quantita avaliação avaliacao quantidade "
     "estrelas stelle "
     "beoordeling waardering aantal ocena liczba "
     "ocenka reyting kolichestvo оценка рейтинг количество "
     "评分 評分 打分 次数 数量 評価 評点 평점"},
    {RG_ROLE_TIME, 1,
     "timestamp time date datetime ts unixtime unixreviewtime createdat created when "
     "invoicedate checkintime checkin checkindate eventtime eventdate utctime utc epoch "
     "unix tdat dateadded addedon "
     "unixtimestamp timestampms timems dt datadopedido datadacompra datadiacquisto "
     "dataordine besteldatum utcdate createdon "
     "dateachat datecommande datevente datecréation datecreation dateavis datefacture "
     "fechacompra fechapedido fechaventa datavenda "
     "datum zeit zeitpunkt zeitstempel kaufdatum bestelldatum rechnungsdatum  horodatage "
     "heure fecha hora datahora dataora "
     "tijd tijdstip czas tarih "
     "vremya дата время 时间 時間 时间戳 评论时间 评分时间 点击时间 购买时间 下单时间 "
     "创建时间 日期 日時 日付 時刻 시간 날짜"},
    {RG_ROLE_OTHER, 1,
     "review order invoice transaction trans txn event category cat genre brand tag row "
     "record log interaction comment basket cart seller vendor supplier campaign "
     "department aisle class group cluster type status state country city region zip "
     "zipcode pincode postal postcode currency channel platform os browser query request "
     "impression position rank index price cost amount revenue discount description "
     "text summary url uri link image picture gender sex age occupation birth lat "
     "latitude lon lng long longitude year month week weekday day hour language lang "
     "label parent author actor director publisher subject topic section feature "
     "attribute agent ip address phone behavior behaviour action "
     "verified helpful vote conversion attribution datedenaissance datedesortie "
     "fechadenacimiento datadenascimento datadinascita  releasedate birthdate birthday "
     "publicationdate pubdate "
     "expirydate deliverydate shipdate watchtime playduration dwelltime releasetime "
     "averagerating avgrating meanrating ratingcount reviewcount numratings "
     "bestellung rechnung kategorie marke preis gattung hersteller "
     "commande facture catégorie categorie marque prix pedido factura categoría "
     "categoria marca precio ordine fattura prezzo compra preço preco "
     "заказ категория бренд цена zakaz kategoriya brend 订单 类别 类目 品牌 价格 类型 "
     "注文 カテゴリ 카테고리 주문"},
};

/* The names of logged feedback: those of the Open Bandit data and pipeline, of logs of
 * contextual bandits, and of click logs. */
static const word_list logged[] = {
    {RG_ROLE_ITEM, 3, "action arm"},
    {RG_ROLE_WEIGHT, 1, "reward click clicked isclick isclicked"},
    {RG_ROLE_WEIGHT, 2, "label conversion converted purchased isconversion outcome"},
    {RG_ROLE_WEIGHT, 3, "response feedback rating revenue"},
    {RG_ROLE_POSITION, 1, "position pos slot positionid itemposition"},
    {RG_ROLE_POSITION, 2, "rank place"},
    {RG_ROLE_PROPENSITY, 1,
     "propensity propensityscore pscore loggingpropensity loggingprobability loggingprob "
     "actionprob actionprobability actionpropensity itempropensity"},
    {RG_ROLE_PROPENSITY, 2, "probability prob"},
};

static const word_list events[] = {
    {RG_ROLE_EVENT, 1,
     "eventtype event eventname behaviortype behavior behaviourtype behaviour "
     "interactiontype"},
    {RG_ROLE_EVENT, 2, "action actiontype activity"},
    {RG_ROLE_EVENT, 3, "type kind"},
};

/* True if the list contains the word, between blanks or its ends. */
static int holds(const char *words, const char *word, size_t length)
{
    for (const char *at = words; *at != '\0';) {
        const char *stop = strchr(at, ' ');
        const size_t n = stop != NULL ? (size_t)(stop - at) : strlen(at);
        if (n == length && memcmp(at, word, n) == 0) return 1;
        if (stop == NULL) return 0;
        at = stop + 1;
    }
    return 0;
}

static rg_role look_up(const word_list *list, size_t n, const char *word, size_t length,
                       int *rank)
{
    if (length == 0) return RG_ROLE_UNKNOWN;
    for (size_t k = 0; k < n; k++)
        if (holds(list[k].words, word, length)) {
            *rank = list[k].rank;
            return list[k].role;
        }
    return RG_ROLE_UNKNOWN;
}

/* Also tries the singular. */
static rg_role look_up_word(const word_list *list, size_t n, const char *word, int *rank)
{
    const size_t length = strlen(word);
    rg_role role = look_up(list, n, word, length, rank);
    if (role == RG_ROLE_UNKNOWN && length > 2 && word[length - 1] == 's')
        role = look_up(list, n, word, length - 1, rank);
    return role;
}

rg_role rg_column_word(const char *word, int *rank)
{
    return look_up_word(lists, sizeof lists / sizeof lists[0], word, rank);
}

rg_role rg_column_word_logged(const char *word, int *rank)
{
    return look_up_word(logged, sizeof logged / sizeof logged[0], word, rank);
}

rg_role rg_column_word_event(const char *word, int *rank)
{
    return look_up_word(events, sizeof events / sizeof events[0], word, rank);
}

int rg_column_word_is_key(const char *word)
{
    return holds("id ids uuid guid key code kod codigo código no nr num number nummer "
                 "numero número "
                 "numer hash idx unique pk fk sk identifier 编号 番号",
                 word, strlen(word));
}

int rg_column_word_is_particle(const char *word)
{
    return holds("de du des del do da di d", word, strlen(word));
}

int rg_column_word_is_label(const char *word)
{
    return holds("name title titel titre título titulo titolo nombre nome nom naam nazwa "
                 "label caption название имя 名称 名前 이름",
                 word, strlen(word));
}
