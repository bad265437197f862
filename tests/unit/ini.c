/* ini.c - the reader of lines: what becomes a section, an assignment, a slip. */
#include "ini.h"

#include <glib.h>
#include <string.h>

/* What came, one per line: "1[Link wan]", "2Key=value", "3!" for a slip. */
static void got_section(void *user, unsigned line, const char *section, const char *label)
{
    g_string_append_printf(user, "%u[%s%s%s]\n", line, section, *label ? " " : "", label);
}

static void got_assign(void *user, unsigned line, const char *key, const char *value)
{
    g_string_append_printf(user, "%u%s=%s\n", line, key, value);
}

static void got_slip(void *user, unsigned line, const char *message)
{
    g_assert_cmpuint(strlen(message), >, 5);
    g_string_append_printf(user, "%u!\n", line);
}

static void reads_sized(const char *text, size_t size, const char *expected)
{
    static const IniSink sink = {got_section, got_assign, got_slip};
    g_autoptr(GString) got = g_string_new(NULL);
    ini_read(text, size, &sink, got);
    g_assert_cmpstr(got->str, ==, expected);
}

static void reads(const char *text, const char *expected)
{
    reads_sized(text, strlen(text), expected);
}

static void test_assignments(void)
{
    reads("", "");
    reads("[A]\nKey=value\n", "1[A]\n2Key=value\n");
    reads("[A]\n  Key  =  a b = c \t\n", "1[A]\n2Key=a b = c\n");
    reads("[A]\nKey=\n", "1[A]\n2Key=\n");
    reads("[A]\nKey=no newline at the end", "1[A]\n2Key=no newline at the end\n");
    reads("[A]\nK=1\nK=2\n[A]\nK=3\n", "1[A]\n2K=1\n3K=2\n4[A]\n5K=3\n");
    reads("[A]\r\nK=1\r\n", "1[A]\n2K=1\n");
    reads("[A]\nK=\xc3\xa9\n", "1[A]\n2K=\xc3\xa9\n");
    reads("[A]\nK=a # no comment\n", "1[A]\n2!\n");
    reads("[A]\nK='a # b' c#d \"# e\"\n", "1[A]\n2K='a # b' c#d \"# e\"\n");
    reads("[A]\nDescription=ours # since 1999\n", "1[A]\n2Description=ours # since 1999\n");
}

static void test_comments(void)
{
    reads("# x\n;y\n  # z\n\n[A]\n#K=1\n;K=1\nK=2\n", "5[A]\n8K=2\n");
    reads("# a backslash in a comment continues nothing \\\n[A]\n", "2[A]\n");
}

static void test_continuation(void)
{
    reads("[A]\nK=a \\\n b \\\n c\nL=d\n", "1[A]\n2K=a  b  c\n5L=d\n");
    reads("[A]\nK=a\\\n# left out\n; too\nb\n", "1[A]\n2K=a b\n");
    reads("[A]\nK=a\\\n\nL=b\n", "1[A]\n2K=a\n4L=b\n");
    reads("[A]\nK=at the end \\", "1[A]\n2K=at the end\n");
    reads("[A]\nK=\\\n", "1[A]\n2K=\n");
}

static void test_sections(void)
{
    reads("[Link wan]\n", "1[Link wan]\n");
    reads("[ Link   wan ]\n", "1[Link wan]\n");
    reads("[Link\n", "1!\n");
    reads("[]\n", "1!\n");
    reads("[ ]\n", "1!\n");
    reads("[", "1!\n");
    reads("[a b c]\n", "1!\n");
    reads("[a]b]\n", "1!\n");
    reads("[A]x\n", "1!\n");
}

static void test_slips(void)
{
    /* before any section; but not once more behind a bad header */
    reads("K=1\n[A]\n", "1!\n2[A]\n");
    reads("[A\nK=1\nK=2\n[B]\nK=3\n", "1!\n4[B]\n5K=3\n");
    reads("[A]\nword\n=1\na b=1\na-b=1\nK=2\n", "1[A]\n2!\n3!\n4!\n5!\n6K=2\n");
}

static void test_not_text(void)
{
    reads_sized("[A]\nK=a\0b\n", 11, "2!\n");
    reads_sized("[A]\nK=\xff\n", 8, "2!\n");
    reads_sized("[A]\nK=\xc3", 7, "2!\n");
    reads("[A]\n\nK=\033[1m\n", "3!\n");
    reads("[A]\nK=\x7f\n", "2!\n");
}

static void test_limits(void)
{
    g_autofree char *fits = g_strnfill(INI_LINE_MAX - 2, 'x');
    g_autofree char *good = g_strdup_printf("[A]\nK=%s\nL=1\n", fits);
    g_autofree char *expected = g_strdup_printf("1[A]\n2K=%s\n3L=1\n", fits);
    reads(good, expected);
    g_autofree char *bad = g_strdup_printf("[A]\nK=%sx\nL=1\n", fits);
    reads(bad, "1[A]\n2!\n3L=1\n");
    g_autofree char *huge = g_strnfill(INI_BYTES_MAX + 1, '#');
    reads(huge, "1!\n");
    g_autofree char *lines = g_strnfill(INI_LINES_MAX + 5, '\n');
    reads(lines, "4097!\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ini/assignments keep their line, their order and their inner blanks", test_assignments);
    g_test_add_func("/ini/comments are left out", test_comments);
    g_test_add_func("/ini/a backslash joins lines, and the first one counts", test_continuation);
    g_test_add_func("/ini/a section may have a name", test_sections);
    g_test_add_func("/ini/reading goes on behind a slip", test_slips);
    g_test_add_func("/ini/what is no text is not read", test_not_text);
    g_test_add_func("/ini/lines, line and file have a limit", test_limits);
    return g_test_run();
}
