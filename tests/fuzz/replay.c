/* Feeds files to a fuzzer's function, so that what was found once is tried by every test run. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

#define FILE_MAX_BYTES ((size_t)1024 * 1024)

/* In memory of exactly its size, so that a sanitizer sees a byte too far. */
static int feed(const char *path, uint8_t *bytes)
{
    FILE *file = fopen(path, "re");
    uint8_t *exact = NULL;
    size_t n = 0;

    if (file == NULL)
        return 1;
    n = fread(bytes, 1, FILE_MAX_BYTES, file);
    (void)fclose(file);
    exact = malloc(n > 0 ? n : 1);
    if (exact == NULL)
        return 1;
    memcpy(exact, bytes, n);
    (void)fprintf(stderr, "%s\n", path); /* the last one is the one that ended it */
    (void)LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    uint8_t *bytes = malloc(FILE_MAX_BYTES);
    int failed = bytes == NULL;

    if (LLVMFuzzerInitialize != NULL)
        (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc && !failed; i++)
        failed = feed(argv[i], bytes);
    free(bytes);
    return failed;
}
