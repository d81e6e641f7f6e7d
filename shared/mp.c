/* Msgpack: msgpack-c writes; what peers send is read here, bounded and without allocation. */
#include "shared/mp.h"

#include <msgpack.h>
#include <string.h>

#include "shared/mp_head.h"

#define LIST32 0xDD

void mp_reader_init(struct mp_reader *r, const void *bytes, size_t n)
{
    r->at = bytes;
    r->end = bytes != NULL ? r->at + n : NULL;
    r->failed = bytes == NULL;
}

enum mp_kind mp_peek(const struct mp_reader *r)
{
    if (r->failed || r->at == r->end)
        return MP_END;
    return mp_head_kind(*r->at);
}

/* Takes the head of a value of this kind and, of a text, its bytes. */
static bool take(struct mp_reader *r, enum mp_kind kind, struct mp_head *head)
{
    if (r->failed || !mp_head_read(r->at, r->end, head) || head->kind != kind) {
        r->failed = true;
        return false;
    }
    r->at = head->next;
    return true;
}

uint32_t mp_map(struct mp_reader *r)
{
    struct mp_head head;

    return take(r, MP_MAP, &head) ? (uint32_t)head.value : 0;
}

uint32_t mp_list(struct mp_reader *r)
{
    struct mp_head head;

    return take(r, MP_LIST, &head) ? (uint32_t)head.value : 0;
}

static struct slice body(struct mp_reader *r, enum mp_kind kind)
{
    struct mp_head head;

    if (!take(r, kind, &head))
        return (struct slice){NULL, 0};
    return (struct slice){(const char *)head.body, (size_t)head.value};
}

struct slice mp_str(struct mp_reader *r)
{
    return body(r, MP_STR);
}

struct slice mp_bin(struct mp_reader *r)
{
    return body(r, MP_BIN);
}

int64_t mp_int(struct mp_reader *r)
{
    struct mp_head head;

    if (!take(r, MP_INT, &head))
        return 0;
    if (head.huge) {
        r->failed = true;
        return 0;
    }
    return (int64_t)head.value;
}

bool mp_bool(struct mp_reader *r)
{
    struct mp_head head;

    return take(r, MP_BOOL, &head) && head.value != 0;
}

/* The bits of a float32 or float64 as they came. */
static double as_number(const struct mp_head *head)
{
    uint32_t low = (uint32_t)head->value;
    double wide = 0;
    float narrow = 0;

    if (head->next - head->body == sizeof(narrow)) {
        memcpy(&narrow, &low, sizeof(narrow));
        return (double)narrow;
    }
    memcpy(&wide, &head->value, sizeof(wide));
    return wide;
}

double mp_number(struct mp_reader *r)
{
    struct mp_head head;

    if (mp_peek(r) == MP_FLOAT)
        return take(r, MP_FLOAT, &head) ? as_number(&head) : 0;
    if (!take(r, MP_INT, &head))
        return 0;
    return head.huge ? (double)head.value : (double)(int64_t)head.value;
}

bool mp_nil(struct mp_reader *r)
{
    if (mp_peek(r) != MP_NIL)
        return false;
    r->at++;
    return true;
}

void mp_skip(struct mp_reader *r)
{
    struct mp_head head;

    if (r->failed)
        return;
    /* No sum of counts overflows: each is at most the bytes left when it was read. */
    for (uint64_t left = 1; left > 0; left--) {
        if (!mp_head_read(r->at, r->end, &head)) {
            r->failed = true;
            return;
        }
        r->at = head.next;
        left += mp_head_inside(&head);
    }
}

struct slice mp_raw(struct mp_reader *r)
{
    const uint8_t *from = r->at;

    mp_skip(r);
    if (r->failed)
        return (struct slice){NULL, 0};
    return (struct slice){(const char *)from, (size_t)(r->at - from)};
}

/* msgpack-c stops at an error; ours is sticky in the buf and asked for at the end. */
static int write_to_buf(void *self, const char *bytes, size_t n)
{
    buf_add(self, bytes, n);
    return 0;
}

static msgpack_packer packer(struct buf *out)
{
    return (msgpack_packer){.data = out, .callback = write_to_buf};
}

void mp_put_map(struct buf *out, uint32_t pairs)
{
    msgpack_packer pk = packer(out);

    (void)msgpack_pack_map(&pk, pairs);
}

void mp_put_list(struct buf *out, uint32_t values)
{
    msgpack_packer pk = packer(out);

    (void)msgpack_pack_array(&pk, values);
}

/* A length that msgpack has no head for must not leave a head that lies. */
static bool too_long(struct buf *out, size_t n)
{
    if (n > UINT32_MAX)
        out->failed = true;
    return n > UINT32_MAX;
}

void mp_put_str(struct buf *out, struct slice s)
{
    msgpack_packer pk = packer(out);

    if (s.p == NULL)
        (void)msgpack_pack_nil(&pk);
    else if (!too_long(out, s.n))
        (void)msgpack_pack_str_with_body(&pk, s.p, s.n);
}

void mp_put_text(struct buf *out, const char *text)
{
    mp_put_str(out, slice_of(text));
}

void mp_put_bin(struct buf *out, const void *bytes, size_t n)
{
    msgpack_packer pk = packer(out);

    if (!too_long(out, n))
        (void)msgpack_pack_bin_with_body(&pk, bytes, n);
}

void mp_put_int(struct buf *out, int64_t value)
{
    msgpack_packer pk = packer(out);

    (void)msgpack_pack_int64(&pk, value);
}

void mp_put_bool(struct buf *out, bool value)
{
    msgpack_packer pk = packer(out);

    (void)(value ? msgpack_pack_true(&pk) : msgpack_pack_false(&pk));
}

void mp_put_number(struct buf *out, double value)
{
    msgpack_packer pk = packer(out);

    (void)msgpack_pack_double(&pk, value);
}

void mp_put_nil(struct buf *out)
{
    msgpack_packer pk = packer(out);

    (void)msgpack_pack_nil(&pk);
}

/* msgpack-c always takes the shortest head, so this one is made by hand. */
size_t mp_put_list_later(struct buf *out)
{
    static const uint8_t head[5] = {LIST32, 0, 0, 0, 0};
    size_t offset = out->len;

    buf_add(out, head, sizeof(head));
    return offset;
}

void mp_set_list_count(struct buf *out, size_t offset, uint32_t values)
{
    if (out->failed || offset > out->len || out->len - offset < 5)
        return;
    for (unsigned i = 0; i < 4; i++)
        out->data[offset + 1 + i] = (uint8_t)(values >> (24 - 8 * i));
}
