#pragma once

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

/* `xmlFree` is a global function pointer, which Swift 6 refuses as shared mutable state. */
static inline void etl_xml_free(void *pointer) {
    xmlFree(pointer);
}
