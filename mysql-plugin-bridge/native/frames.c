// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "frames.h"

#include <stdlib.h>

static bool reserve(struct frame_out *out, size_t more) {
    if (out->failed) {
        return false;
    }
    if (out->length + more <= out->capacity) {
        return true;
    }
    size_t capacity = out->capacity ? out->capacity : 256;
    while (capacity < out->length + more) {
        capacity *= 2;
    }
    uint8_t *bytes = realloc(out->bytes, capacity);
    if (!bytes) {
        out->failed = true;
        return false;
    }
    out->bytes = bytes;
    out->capacity = capacity;
    return true;
}

void frame_begin(struct frame_out *out, uint16_t type, uint64_t id) {
    *out = (struct frame_out){0};
    if (reserve(out, FRAME_HEADER_LENGTH)) {
        frame_header(out->bytes, 0, type, id);
        out->length = FRAME_HEADER_LENGTH;
    }
}

void frame_put(struct frame_out *out, const void *bytes, size_t length) {
    if (length && reserve(out, length)) {
        memcpy(out->bytes + out->length, bytes, length);
        out->length += length;
    }
}

void frame_put_u8(struct frame_out *out, uint8_t value) { frame_put(out, &value, sizeof value); }

void frame_put_u32(struct frame_out *out, uint32_t value) { frame_put(out, &value, sizeof value); }

void frame_put_u64(struct frame_out *out, uint64_t value) { frame_put(out, &value, sizeof value); }

void frame_put_str(struct frame_out *out, const char *text, size_t length) {
    frame_put_u32(out, (uint32_t)length);
    frame_put(out, text, length);
}

void frame_put_text(struct frame_out *out, const char *text) { frame_put_str(out, text ? text : "", text ? strlen(text) : 0); }

bool frame_end(struct frame_out *out) {
    if (out->failed || out->length > FRAME_LENGTH_MAX) {
        out->failed = true;
        return false;
    }
    put_u32(out->bytes, (uint32_t)out->length);
    return true;
}

void frame_out_free(struct frame_out *out) {
    free(out->bytes);
    *out = (struct frame_out){0};
}

const uint8_t *frame_get(struct frame_in *in, size_t length) {
    if (in->failed || length > (size_t)(in->end - in->at)) {
        in->failed = true;
        return NULL;
    }
    const uint8_t *at = in->at;
    in->at += length;
    return at;
}

uint8_t frame_get_u8(struct frame_in *in) {
    const uint8_t *at = frame_get(in, 1);
    return at ? *at : 0;
}

uint32_t frame_get_u32(struct frame_in *in) {
    const uint8_t *at = frame_get(in, 4);
    return at ? get_u32(at) : 0;
}

uint64_t frame_get_u64(struct frame_in *in) {
    const uint8_t *at = frame_get(in, 8);
    return at ? get_u64(at) : 0;
}

void frame_get_uuid(struct frame_in *in, wsrep_uuid_t *uuid) {
    const uint8_t *at = frame_get(in, sizeof uuid->data);
    if (at) {
        memcpy(uuid->data, at, sizeof uuid->data);
    } else {
        memset(uuid->data, 0, sizeof uuid->data);
    }
}

const char *frame_get_str(struct frame_in *in, size_t *length) {
    const uint32_t size = frame_get_u32(in);
    const uint8_t *at = frame_get(in, size);
    *length = at ? size : 0;
    return at ? (const char *)at : "";
}

char *frame_get_text(struct frame_in *in) {
    size_t length;
    const char *at = frame_get_str(in, &length);
    if (in->failed) {
        return NULL;
    }
    char *text = malloc(length + 1);
    if (text) {
        memcpy(text, at, length);
        text[length] = 0;
    } else {
        in->failed = true;
    }
    return text;
}
