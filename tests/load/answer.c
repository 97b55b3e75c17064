#include "answer.h"

#include "common/base/container_of.h"

static int on_headers_complete(llhttp_t *parser)
{
    container_of(parser, struct answer, parser)->has_head = true;
    return 0;
}

/* Behind an interim answer (1xx) the real one follows. */
static int on_message_complete(llhttp_t *parser)
{
    struct answer *answer = container_of(parser, struct answer, parser);
    int status = llhttp_get_status_code(parser);

    if (status / 100 == 1) {
        answer->has_head = false;
        return HPE_OK;
    }
    answer->status = status;
    answer->keeps = llhttp_should_keep_alive(parser);
    answer->is_whole = true;
    return HPE_PAUSED; /* whatever follows is not of this answer */
}

void answer_begin(struct answer *answer)
{
    static const llhttp_settings_t settings = {
        .on_headers_complete = on_headers_complete,
        .on_message_complete = on_message_complete};

    answer->status = 0;
    answer->has_head = answer->is_whole = answer->keeps = false;
    llhttp_init(&answer->parser, HTTP_RESPONSE, &settings);
}

static bool is_about_length(llhttp_errno_t error)
{
    return error == HPE_INVALID_CONTENT_LENGTH ||
           error == HPE_UNEXPECTED_CONTENT_LENGTH ||
           error == HPE_INVALID_TRANSFER_ENCODING ||
           error == HPE_INVALID_CHUNK_SIZE;
}

enum answer_state answer_read(struct answer *answer, const char *bytes,
                              size_t len)
{
    llhttp_errno_t error = llhttp_execute(&answer->parser, bytes, len);

    if (answer->is_whole)
        return llhttp_get_error_pos(&answer->parser) == bytes + len
                   ? ANSWER_WHOLE
                   : ANSWER_LIED;
    if (error == HPE_OK)
        return ANSWER_MORE;
    return is_about_length(error) ? ANSWER_LIED : ANSWER_NOT_HTTP;
}

enum answer_state answer_end(struct answer *answer)
{
    if (!answer->has_head)
        return ANSWER_CUT;
    (void)llhttp_finish(&answer->parser); /* is_whole says what came of it */
    answer->keeps = false;
    return answer->is_whole ? ANSWER_WHOLE : ANSWER_LIED;
}
