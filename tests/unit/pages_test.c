#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/pages/pages.h"
#include "common/todo/route.h"
#include "tests/unit/unit.h"

#define SCRIPT "swagger-ui-bundle.js"
#define STYLE  "swagger-ui.css"

static const struct pages_room room = {
    .how_it_waits = "It waits <here> & there.",
    .how_it_streams = "It streams <so> & so.",
    .what_to_watch = "Watch <this> & that.",
    .lanes = {{"thread <1>", "AAaa--"}, {"thread 2", " BbCc"}},
};

/* A folder for the viewer's files, and the pages made with it. */
struct fixture {
    char folder[32];
    struct pages pages;
};

static int set_up(void **state)
{
    struct fixture *fixture = unit_alloc(sizeof *fixture);

    *fixture = (struct fixture){.folder = "/tmp/todo-pages-XXXXXX"};
    *state = fixture;
    return mkdtemp(fixture->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {SCRIPT, STYLE};
    struct fixture *fixture = *state;

    pages_release(&fixture->pages);
    pages_release(&fixture->pages); /* a second time does no harm */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];

        (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        (void)unlink(path); /* not every test made it */
    }
    (void)rmdir(fixture->folder); /* one test removed it */
    free(fixture);
    return 0;
}

static void put_file(const struct fixture *fixture, const char *name,
                     const char *text, size_t len)
{
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_uint_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void load(struct fixture *fixture, const char *docs_dir)
{
    const struct config config = {.program = "todo-sync", .docs_dir = docs_dir};

    assert_int_equal(pages_load(&fixture->pages, &config, &room), TODO_OK);
}

static const struct page *file(const struct fixture *fixture, const char *name)
{
    return pages_file(&fixture->pages, name, strlen(name));
}

static void assert_plain(const struct fixture *fixture)
{
    const struct buf *docs = &fixture->pages.page[PAGE_DOCS].text;

    assert_true(unit_buf_has(docs, "<h1>The API</h1>"));
    assert_false(unit_buf_has(docs, "<script"));
    assert_false(unit_buf_has(docs, "id=\"viewer\""));
    assert_null(file(fixture, SCRIPT));
    assert_null(file(fixture, STYLE));
    assert_null(file(fixture, "start-viewer.js"));
    assert_non_null(file(fixture, "style.css"));
}

static void plain_docs_say_where_the_server_is(void **state)
{
    static const struct {
        struct config config;
        const char *says;
    } rows[] = {
        {{.program = "todo-sync", .port = 8123},
         "' http://127.0.0.1:8123/todos"},
        {{.program = "todo-sync"}, "' http://127.0.0.1:PORT/todos"},
        {{.program = "todo-sync",
          .port = 8123,
          .public_url = "https://a.example/b"},
         "' https://a.example/b/todos"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pages_release(&fixture->pages);
        assert_int_equal(pages_load(&fixture->pages, &rows[i].config, &room),
                         TODO_OK);
        assert_true(
            unit_buf_has(&fixture->pages.page[PAGE_DOCS].text, rows[i].says));
    }
}

static void without_a_folder_docs_is_plain(void **state)
{
    load(*state, NULL);
    assert_plain(*state);
}

static void a_missing_folder_is_no_error(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(rmdir(fixture->folder), 0);
    load(fixture, fixture->folder);
    assert_plain(fixture);
}

static void the_viewers_files_are_served_byte_for_byte(void **state)
{
    struct fixture *fixture = *state;
    const char script[] = "a\0\r\n\xff";
    char *style = unit_alloc(100000); /* more than one read */

    memset(style, 'x', 100000);
    put_file(fixture, SCRIPT, script, sizeof script);
    put_file(fixture, STYLE, style, 100000);
    load(fixture, fixture->folder);
    assert_true(unit_buf_has(&fixture->pages.page[PAGE_DOCS].text, SCRIPT));
    assert_non_null(file(fixture, SCRIPT));
    assert_string_equal(file(fixture, SCRIPT)->content_type,
                        "text/javascript; charset=utf-8");
    assert_uint_equal(file(fixture, SCRIPT)->text.len, sizeof script);
    assert_memory_equal(file(fixture, SCRIPT)->text.data, script,
                        sizeof script);
    assert_non_null(file(fixture, STYLE));
    assert_uint_equal(file(fixture, STYLE)->text.len, 100000);
    assert_memory_equal(file(fixture, STYLE)->text.data, style, 100000);
    assert_non_null(file(fixture, "start-viewer.js"));
    free(style);
}

static void half_a_viewer_is_none(void **state)
{
    struct fixture *fixture = *state;

    put_file(fixture, SCRIPT, "a", 1);
    load(fixture, fixture->folder);
    assert_plain(fixture);
}

static void an_empty_file_is_no_viewer(void **state)
{
    struct fixture *fixture = *state;

    put_file(fixture, SCRIPT, "a", 1);
    put_file(fixture, STYLE, "", 0);
    load(fixture, fixture->folder);
    assert_plain(fixture);
}

static void a_file_beyond_the_bound_is_no_viewer(void **state)
{
    struct fixture *fixture = *state;
    char path[64];

    put_file(fixture, SCRIPT, "a", 1);
    put_file(fixture, STYLE, "a", 1);
    (void)snprintf(path, sizeof path, "%s/" SCRIPT, fixture->folder);
    assert_int_equal(truncate(path, PAGES_MAX_FILE + 1), 0);
    load(fixture, fixture->folder);
    assert_plain(fixture);
}

static void a_pipe_of_that_name_is_not_waited_for(void **state)
{
    struct fixture *fixture = *state;
    char path[64];

    (void)snprintf(path, sizeof path, "%s/" SCRIPT, fixture->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    put_file(fixture, STYLE, "a", 1);
    load(fixture, fixture->folder);
    assert_plain(fixture);
}

static void other_names_are_no_files(void **state)
{
    static const char *const names[] = {
        "",          ".",          "..",         "style",       "style.css.",
        "Style.css", "index.html", "swagger-ui", "package.json"};
    struct fixture *fixture = *state;

    put_file(fixture, SCRIPT, "a", 1);
    put_file(fixture, STYLE, "a", 1);
    load(fixture, fixture->folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_null(file(fixture, names[i]));
    assert_null(pages_file(&fixture->pages, "style.css\0", 10));
}

static enum todo_err ask(const struct fixture *fixture, enum operation op,
                         const char *name, struct reply *reply)
{
    struct http_request request = {.route.op = op};

    if (name) {
        request.route.file = name;
        request.route.file_len = strlen(name);
    }
    *reply = (struct reply){.path = "/docs", .server = "todo-test"};
    return pages_reply(&fixture->pages, &request, reply);
}

static void each_operation_has_its_page(void **state)
{
    static const struct {
        enum operation op;
        const char *file, *has;
    } rows[] = {{OP_SHOW_HOME, NULL, "<h1>todo-sync</h1>"},
                {OP_SHOW_DOCS, NULL, "<h1>The API</h1>"},
                {OP_SHOW_LIVE, NULL, "src=\"./docs/live.js\""},
                {OP_SHOW_WAITING, NULL, "src=\"./docs/waiting.js\""},
                {OP_SHOW_OPENAPI, NULL, "\"openapi\":"},
                {OP_SHOW_DOCS_FILE, "style.css", "Content-Type: text/css"},
                {OP_CHECK_HEALTH, NULL, "{\"status\":\"ok\"}"},
                {OP_CHECK_READY, NULL, "{\"status\":\"ok\"}"}};
    struct reply reply;

    load(*state, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(ask(*state, rows[i].op, rows[i].file, &reply),
                         TODO_OK);
        assert_int_equal(reply.status, 200);
        assert_true(unit_buf_has(&reply.out, rows[i].has));
        reply_release(&reply);
    }
    assert_int_equal(ask(*state, OP_SHOW_OPTIONS, NULL, &reply), TODO_OK);
    assert_int_equal(reply.status, 204);
    assert_true(unit_buf_has(&reply.out, "Allow: GET, HEAD, OPTIONS"));
    reply_release(&reply);
}

static void what_has_no_page_is_no_path(void **state)
{
    static const enum operation ops[] = {OP_LIST_TODOS, OP_STREAM_EVENTS,
                                         OP_SHOW_METRICS};
    struct reply reply;

    load(*state, NULL);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        assert_int_equal(ask(*state, ops[i], NULL, &reply), TODO_ERR_NO_PATH);
        assert_int_equal(reply.status, 0);
    }
    assert_int_equal(ask(*state, OP_SHOW_DOCS_FILE, "nothing", &reply),
                     TODO_ERR_NO_PATH);
    assert_int_equal(reply.status, 0);
}

static void home_names_the_server_and_escapes_its_words(void **state)
{
    struct fixture *fixture = *state;
    const struct buf *home = &fixture->pages.page[PAGE_HOME].text;

    load(fixture, NULL);
    assert_true(unit_buf_has(home, "<h1>todo-sync</h1>"));
    assert_true(unit_buf_has(home, "It waits &lt;here&gt; &amp; there."));
    assert_true(unit_buf_has(home, "thread &lt;1&gt;"));
    assert_false(unit_buf_has(home, "<here>"));
    for (int i = 0; i < OP_SHOW_OPTIONS; i++)
        assert_true(unit_buf_has(home, routes[i].summary));
}

static void live_names_the_server_and_says_how_it_streams(void **state)
{
    struct fixture *fixture = *state;
    const struct buf *live = &fixture->pages.page[PAGE_LIVE].text;

    load(fixture, NULL);
    assert_true(unit_buf_has(live, "<a href=\"./\">todo-sync</a>"));
    assert_true(unit_buf_has(live, "It streams &lt;so&gt; &amp; so."));
    assert_true(unit_buf_has(live, "src=\"./docs/live.js\""));
    assert_true(unit_buf_has(live, "connect-src &#39;self&#39;;"));
    assert_false(unit_buf_has(live, "unsafe-inline"));
}

static void waiting_names_the_server_and_says_what_to_watch(void **state)
{
    struct fixture *fixture = *state;
    const struct buf *waiting = &fixture->pages.page[PAGE_WAITING].text;

    load(fixture, NULL);
    assert_true(unit_buf_has(waiting, "<a href=\"./\">todo-sync</a>"));
    assert_true(unit_buf_has(waiting, "Watch &lt;this&gt; &amp; that."));
    assert_true(unit_buf_has(waiting, "src=\"./docs/waiting.js\""));
    assert_true(unit_buf_has(waiting, "script-src &#39;self&#39;;"));
    assert_true(unit_buf_has(waiting, "connect-src &#39;self&#39;;"));
    assert_false(unit_buf_has(waiting, "unsafe-inline"));
}

static void assert_is_its_file(const struct page *script, const char *path)
{
    FILE *source = fopen(path, "rb");
    struct buf text = {0};
    char chunk[4096];
    size_t got;

    assert_non_null(source);
    while ((got = fread(chunk, 1, sizeof chunk, source)) > 0)
        buf_put(&text, chunk, got);
    assert_int_equal(fclose(source), 0);
    assert_true(text.len > 0);
    assert_non_null(script);
    assert_string_equal(script->content_type, "text/javascript; charset=utf-8");
    assert_uint_equal(script->text.len, text.len);
    assert_memory_equal(script->text.data, text.data, text.len);
    buf_release(&text);
}

/* The build makes C of them: no character may be lost on the way. */
static void each_script_is_its_file(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, NULL);
    assert_is_its_file(file(fixture, "live.js"), SCRIPTS_DIR "live.js");
    assert_is_its_file(file(fixture, "waiting.js"), SCRIPTS_DIR "waiting.js");
}

static void the_type_of_every_problem_is_a_place_in_docs(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, NULL);
    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        char place[64];

        if (i == TODO_ERR_GONE) /* nobody is told */
            continue;
        (void)snprintf(place, sizeof place, "id=\"problem-%s\"",
                       error_info((enum todo_err)i)->slug);
        assert_true(unit_buf_has(&fixture->pages.page[PAGE_DOCS].text, place));
    }
}

/* Below a path that a proxy takes away, "/" is somebody else's. */
static void no_link_begins_at_the_root(void **state)
{
    static const char *const files[] = {"live.js", "waiting.js",
                                        "start-viewer.js"};
    struct fixture *fixture = *state;

    put_file(fixture, SCRIPT, "a", 1);
    put_file(fixture, STYLE, "a", 1);
    load(fixture, fixture->folder);
    for (int id = PAGE_HOME; id <= PAGE_WAITING; id++) {
        assert_true(unit_buf_has(&fixture->pages.page[id].text, "href=\"./"));
        assert_false(unit_buf_has(&fixture->pages.page[id].text, "href=\"/"));
        assert_false(unit_buf_has(&fixture->pages.page[id].text, "src=\"/"));
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_true(unit_buf_has(&file(fixture, files[i])->text, "'./"));
        assert_false(unit_buf_has(&file(fixture, files[i])->text, "'/"));
        assert_false(unit_buf_has(&file(fixture, files[i])->text, "`/"));
    }
}

static void docs_says_what_a_number_may_be(void **state)
{
    static const char *const rules[] = {
        "<td><code>id</code></td><td>path</td><td>an integer from 1</td>",
        "<td><code>limit</code></td><td>query</td>"
        "<td>an integer from 1 to 1000; 100 when it is not given</td>",
        "<td><code>count</code></td><td>query</td>"
        "<td>an integer from 1 to 10; 1 when it is not given</td>"};
    struct fixture *fixture = *state;

    load(fixture, NULL);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        assert_true(
            unit_buf_has(&fixture->pages.page[PAGE_DOCS].text, rules[i]));
}

/* A link to what needs a token would lead a browser to an error. */
static void with_auth_the_pages_ask_for_a_user(void **state)
{
    struct fixture *fixture = *state;
    const struct page *page = fixture->pages.page;

    for (int auth = 0; auth < 2; auth++) {
        const struct config config = {.program = "todo-sync", .auth = auth};

        pages_release(&fixture->pages);
        assert_int_equal(pages_load(&fixture->pages, &config, &room), TODO_OK);
        assert_int_equal(unit_buf_has(&page[PAGE_LIVE].text, "id=\"login\""),
                         auth);
        assert_int_equal(
            unit_buf_has(&page[PAGE_LIVE].text, "<main class=\"out\">"), auth);
        for (int op = 0; op < OP_SHOW_OPTIONS; op++) {
            char link[64];

            (void)snprintf(link, sizeof link, "<a href=\".%s\"><code>",
                           routes[op].path);
            if (auth && routes[op].owned)
                assert_false(unit_buf_has(&page[PAGE_HOME].text, link));
        }
        assert_true(unit_buf_has(&page[PAGE_HOME].text, "href=\"./live\""));
        assert_true(unit_buf_has(&page[PAGE_HOME].text, "href=\"./waiting\""));
    }
}

#define PAGES_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(with_auth_the_pages_ask_for_a_user),
        PAGES_TEST(plain_docs_say_where_the_server_is),
        PAGES_TEST(without_a_folder_docs_is_plain),
        PAGES_TEST(a_missing_folder_is_no_error),
        PAGES_TEST(the_viewers_files_are_served_byte_for_byte),
        PAGES_TEST(half_a_viewer_is_none),
        PAGES_TEST(an_empty_file_is_no_viewer),
        PAGES_TEST(a_file_beyond_the_bound_is_no_viewer),
        PAGES_TEST(a_pipe_of_that_name_is_not_waited_for),
        PAGES_TEST(other_names_are_no_files),
        PAGES_TEST(each_operation_has_its_page),
        PAGES_TEST(what_has_no_page_is_no_path),
        PAGES_TEST(home_names_the_server_and_escapes_its_words),
        PAGES_TEST(live_names_the_server_and_says_how_it_streams),
        PAGES_TEST(waiting_names_the_server_and_says_what_to_watch),
        PAGES_TEST(each_script_is_its_file),
        PAGES_TEST(the_type_of_every_problem_is_a_place_in_docs),
        PAGES_TEST(no_link_begins_at_the_root),
        PAGES_TEST(docs_says_what_a_number_may_be),
    };

    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
