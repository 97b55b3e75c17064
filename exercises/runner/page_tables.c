/*
 * exercises/runner/page_tables.c - all that is counted, unflattering or not: by
 * operation, and by file.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

/* A heading over the two columns that each number has; `last` has one. */
static void put_head(struct buf *out, const char *first, const char *last)
{
    static const char *const numbers[] = {"lines of code", "functions",
                                          "<code>WAITS</code> marks"};
    const size_t count = sizeof(numbers) / sizeof(numbers[0]);

    buf_printf(out, "<thead>\n<tr><th rowspan=\"2\" scope=\"col\">%s</th>",
               first);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "<th colspan=\"2\" scope=\"colgroup\">%s</th>",
                   numbers[i]);
    if (last)
        buf_printf(out, "<th rowspan=\"2\" scope=\"col\">%s</th>", last);
    buf_printf(out, "</tr>\n<tr>");
    for (size_t i = 0; i < count; i++)
        buf_printf(out,
                   "<th scope=\"col\">sync</th><th scope=\"col\">async</th>");
    buf_printf(out, "</tr>\n</thead>\n");
}

static void put_counts(struct buf *out, const struct counts counts[ROOMS])
{
    buf_printf(out, "<td>%zu</td><td>%zu</td>", counts[SYNC].lines,
               counts[ASYNC].lines);
    buf_printf(out, "<td>%zu</td><td>%zu</td>", counts[SYNC].functions,
               counts[ASYNC].functions);
    buf_printf(out, "<td>%zu</td><td>%zu</td>", counts[SYNC].waits,
               counts[ASYNC].waits);
}

/* The keyboard must reach what scrolls sideways on a narrow screen. */
static void open_table(struct buf *out, const char *heading,
                       const char *caption)
{
    buf_printf(out,
               "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
               "aria-labelledby=\"%s\">\n<table class=\"counts\">\n"
               "<caption>%s</caption>\n",
               heading, caption);
}

void page_summary(struct buf *out, const struct entry *entries, size_t count)
{
    open_table(out, "counted",
               "Each operation with all functions that it uses in its file; "
               "what two share counts for both.");
    put_head(out, "operation", "async keeps<br>on the heap");
    buf_printf(out, "<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];

        buf_printf(out, "<tr><th scope=\"row\"><a href=\"#%s\">%s</a></th>",
                   entry->name, entry->name);
        put_counts(out, entry->counts);
        buf_printf(out, "<td>%zu</td></tr>\n", locals_moved(&entry->locals));
    }
    buf_printf(out, "</tbody>\n</table>\n</div>\n");
}

static int is_source(const struct dirent *file)
{
    const char *dot = strrchr(file->d_name, '.');

    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* As tests/mirror has it, too. */
static bool has_no_twin(const char *name)
{
    static const char *const alone[] = {"civet.c", "civet.h", "tap.c", "tap.h"};

    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(name, alone[i]) == 0)
            return true;
    return false;
}

/* One row; adds its numbers to those of the whole. */
static bool put_file(struct buf *out, const char *name,
                     struct counts sums[ROOMS])
{
    struct counts counts[ROOMS] = {0};

    for (enum room room = 0; room < ROOMS; room++) {
        char path[512];

        (void)snprintf(path, sizeof(path), "%s/%s", room_names[room], name);
        if (room != SYNC && has_no_twin(name))
            continue;
        if (!counts_add_file(&counts[room], path)) {
            (void)fprintf(stderr, "learn: cannot read %s\n", path);
            return false;
        }
        sums[room].lines += counts[room].lines;
        sums[room].functions += counts[room].functions;
        sums[room].waits += counts[room].waits;
    }
    buf_printf(out, "<tr><th scope=\"row\"><code>%s</code></th>", name);
    put_counts(out, counts);
    buf_printf(out, "</tr>\n");
    return true;
}

bool page_rooms(struct buf *out)
{
    struct counts sums[ROOMS] = {0};
    struct dirent **files;
    int count = scandir(room_names[SYNC], &files, is_source, alphasort);
    bool good = count > 0;

    open_table(out, "rooms", "Each file beside the one of the same name.");
    put_head(out, "file", NULL);
    buf_printf(out, "<tbody>\n");
    for (int i = 0; i < count; i++) {
        good = good && put_file(out, files[i]->d_name, sums);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    buf_printf(out, "</tbody>\n<tfoot><tr><th scope=\"row\">all</th>");
    put_counts(out, sums);
    buf_printf(out, "</tr></tfoot>\n</table>\n</div>\n");
    return good;
}
