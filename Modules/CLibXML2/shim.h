#pragma once

#include <errno.h>
#include <iconv.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

/* `iconv_open` answers a failure with a pointer of -1, which Swift can't compare with. */
static inline iconv_t etl_iconv_open(const char *to, const char *from) {
    iconv_t converter = iconv_open(to, from);
    return converter == (iconv_t)-1 ? NULL : converter;
}

typedef enum {
    etl_iconv_done,
    etl_iconv_invalid,
    etl_iconv_incomplete,
    etl_iconv_full
} etl_iconv_outcome;

/* `errno` is a macro, and systems differ in the constness of iconv's input. */
static inline etl_iconv_outcome etl_iconv(
    iconv_t converter, const char **input, size_t *input_left, char **output, size_t *output_left
) {
    if (iconv(converter, (void *)input, input_left, output, output_left) != (size_t)-1) {
        return etl_iconv_done;
    }
    switch (errno) {
    case E2BIG:
        return etl_iconv_full;
    case EINVAL:
        return etl_iconv_incomplete;
    default:
        return etl_iconv_invalid;
    }
}

/* Ends a stateful encoding's output or begins anew; an offset of a structure's members keeps it plain C. */
static inline void etl_iconv_reset(iconv_t converter) {
    iconv(converter, NULL, NULL, NULL, NULL);
}
