/*
 * tests/fuzz/fuzz_json.c - bytes as the body of a POST and of a PATCH.
 *
 * What json_check accepts, cJSON reads, and means the same after it is printed.
 * What todo_draft_parse accepts makes a todo whose JSON reads back as no
 * change. Whatever is refused, is told in good JSON.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/todo/json_check.h"
#include "common/todo/todo.h"
#include "tests/fuzz/fuzz.h"

static void must_print_as_strict_json(const cJSON *json)
{
    struct problem problem = {0};
    char *printed = cJSON_PrintUnformatted(json);
    cJSON *again;

    fuzz_must(printed != NULL, "there is memory");
    fuzz_must(json_check(printed, strlen(printed), &problem) == TODO_OK,
              "what cJSON prints is strict JSON");
    again = cJSON_Parse(printed);
    /* Not numbers: 1e400 is read as infinite and printed as null. */
    fuzz_must(cJSON_GetArraySize(again) == cJSON_GetArraySize(json),
              "what is printed has as many members");
    cJSON_Delete(again);
    cJSON_free(printed);
}

/* Returns whether json_check accepts the text. */
static bool check(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct problem problem = {0};
    bool ok = json_check(text, size, &problem) == TODO_OK;
    bool rewritten = size > 0 && memcmp(text, data, size) != 0;
    cJSON *json = NULL;

    fuzz_must(ok || problem.detail, "a refusal says why");
    fuzz_must(ok || !rewritten, "what is refused is left alone");
    if (ok) {
        json = cJSON_ParseWithLength(text, size);
        fuzz_must(cJSON_IsObject(json), "cJSON reads what is accepted");
        if (!rewritten) /* else two names may have become one */
            must_print_as_strict_json(json);
    }
    cJSON_Delete(json);
    free(text);
    return ok;
}

static void must_read_back(struct todo *todo)
{
    struct todo_draft draft;
    struct problem problem = {0};
    struct buf json = {0};

    todo_write_json(todo, "http://localhost", &json);
    fuzz_must(todo_draft_parse(&draft, TODO_DRAFT_WHOLE, json.data, json.len,
                               &problem) == TODO_OK,
              "a todo may be sent back");
    fuzz_must(!todo_draft_apply(&draft, TODO_DRAFT_WHOLE, todo),
              "a todo sent back is no change");
    buf_release(&json);
}

static void parse(const uint8_t *data, size_t size, enum todo_draft_kind kind,
                  bool strict)
{
    char *text = fuzz_copy(data, size);
    struct todo todo = {.id = 1, .title = "old"};
    struct todo_draft draft;
    struct problem problem = {0};
    enum todo_err err = todo_draft_parse(&draft, kind, text, size, &problem);

    fuzz_must((err != TODO_ERR_JSON) == strict, "json_check decides alone");
    fuzz_must(err != TODO_ERR_NO_MEMORY, "there is memory");
    fuzz_must((err == TODO_ERR_INVALID) == (problem.fault_count > 0),
              "an invalid body has faults, and no other has");
    fuzz_must_be_faults(&problem.faults, problem.fault_count);
    if (err == TODO_OK) {
        (void)todo_draft_apply(&draft, kind, &todo);
        fuzz_must(!todo_title_fault(todo.title), "a todo has a good title");
        fuzz_must(!todo_draft_apply(&draft, kind, &todo),
                  "the same change again is none");
        must_read_back(&todo);
    }
    problem_release(&problem);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool strict = check(data, size);

    parse(data, size, TODO_DRAFT_WHOLE, strict);
    parse(data, size, TODO_DRAFT_PATCH, strict);
    return 0;
}
