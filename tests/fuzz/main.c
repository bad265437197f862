/* main.c - a fuzzer as an ordinary test: the corpus first, then mutations of it from a fixed seed.
 *
 * Each fuzz/NAME.c offers LLVMFuzzerTestOneInput(), so the same file also links with libFuzzer (clang
 * -fsanitize=fuzzer). A crash here leaves the input that caused it in ./crash-input. Usage: fuzz-NAME
 * CORPUS-DIRECTORY [MUTATIONS] */
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 8192
#define MUTATIONS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t current[INPUT_MAX];
static size_t current_size;

static void crashed(int signal_number)
{
    int fd = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0)
        (void)!write(fd, current, current_size);
    (void)!write(STDOUT_FILENO, "not ok - crash, input kept in ./crash-input\n", 44);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Copies, so that a sanitizer sees a read past the end */
static void try_current(void)
{
    g_autofree uint8_t *exact = g_malloc(current_size ? current_size : 1);
    memcpy(exact, current, current_size);
    LLVMFuzzerTestOneInput(exact, current_size);
}

static void take(const char *data, size_t size)
{
    current_size = MIN(size, (size_t)INPUT_MAX);
    memcpy(current, data, current_size);
}

static void mutate(GRand *dice, GPtrArray *corpus)
{
    for (int n = g_rand_int_range(dice, 1, 8); n > 0; n--) {
        size_t at = current_size ? (size_t)g_rand_int_range(dice, 0, (gint32)current_size) : 0;
        switch (g_rand_int_range(dice, 0, 5)) {
        case 0: /* a byte changes */
            if (current_size)
                current[at] = (uint8_t)g_rand_int_range(dice, 0, 256);
            break;
        case 1: /* one of the characters a grammar is made of */
            if (current_size)
                current[at] = (uint8_t) "\n=[]/.:%#;\\ \"0-,"[g_rand_int_range(dice, 0, 16)];
            break;
        case 2: /* cut */
            current_size = at;
            break;
        case 3: /* a stretch moves */
            if (current_size)
                memmove(current, current + at, current_size - at);
            break;
        default: { /* the tail of another */
            GBytes *other = corpus->pdata[g_rand_int_range(dice, 0, (gint32)corpus->len)];
            gsize size;
            const char *data = g_bytes_get_data(other, &size);
            size = MIN(size, INPUT_MAX - at);
            if (size)
                memcpy(current + at, data, size);
            current_size = at + size;
        }
        }
    }
}

static GPtrArray *read_corpus(const char *path)
{
    g_autoptr(GPtrArray) corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        char *text = NULL;
        gsize size;
        if (g_file_get_contents(file, &text, &size, NULL))
            g_ptr_array_add(corpus, g_bytes_new_take(text, size));
    }
    return g_steal_pointer(&corpus);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) corpus = read_corpus(argc > 1 ? argv[1] : "");
    g_autofree char *name = g_path_get_basename(argv[0]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (corpus->len == 0) {
        printf("not ok - the corpus %s has files\n", argc > 1 ? argv[1] : "(none given)");
        return 1;
    }
    signal(SIGSEGV, crashed);
    signal(SIGABRT, crashed);
    for (guint i = 0; i < corpus->len; i++) {
        gsize size;
        const char *data = g_bytes_get_data(corpus->pdata[i], &size);
        take(data, size);
        try_current();
    }
    printf("ok - %s: %u inputs of the corpus are survived\n", name, corpus->len);
    g_autoptr(GRand) dice = g_rand_new_with_seed(1);
    int mutations = argc > 2 ? atoi(argv[2]) : MUTATIONS;
    for (int i = 0; i < mutations; i++) {
        gsize size;
        const char *data =
            g_bytes_get_data(corpus->pdata[g_rand_int_range(dice, 0, (gint32)corpus->len)], &size);
        take(data, size);
        mutate(dice, corpus);
        try_current();
    }
    printf("ok - %s: %d mutations are survived\n", name, mutations);
    return 0;
}
