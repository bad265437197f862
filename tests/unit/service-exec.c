/* service-exec.c - commands of units, put behind another program. */
#include "service-exec.h"

#include <string.h>

#define FRONT "/usr/bin/chnetns lab"

static void test_commands(void)
{
    static const char *const cases[][2] = {
        {"/bin/true", FRONT " /bin/true"},
        {"  true  a   b ", FRONT " true a b"},
        {"-/bin/true", "-" FRONT " /bin/true"},
        {"-:/bin/echo $HOME", "-:" FRONT " /bin/echo $HOME"},
        {"!!/bin/x", "!!" FRONT " /bin/x"},
        {"\"/opt/my app/run\" 'a  b' \"c; d\"", FRONT " \"/opt/my app/run\" 'a  b' \"c; d\""},
        {"\"-/opt/my app/run\" x", "-" FRONT " \"/opt/my app/run\" x"},
        {"-\"/opt/my app/run\" x", "-" FRONT " \"/opt/my app/run\" x"},
        {"/bin/a 1 ; -/bin/b 2", FRONT " /bin/a 1 ; -" FRONT " /bin/b 2"},
        {"/bin/a \\; b", FRONT " /bin/a \\; b"},
        {"/bin/a ';' b", FRONT " /bin/a ';' b"},
        {"/bin/sh -c \"a \\\" ; b\" c", FRONT " /bin/sh -c \"a \\\" ; b\" c"},
        {"%h/bin/run %i", FRONT " %h/bin/run %i"},
        {"/bin/a\\ b c", FRONT " /bin/a\\ b c"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *value = service_exec_behind(cases[i][0], FRONT, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(value, ==, cases[i][1]);
    }
}

static void test_refused(void)
{
    static const char *const cases[] = {"@/bin/a b c", "-@/bin/a b", "|/bin/a", "\"@/bin/a\" b",
                                        "/bin/a ; @/bin/b c"};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(service_exec_behind(cases[i], FRONT, &error));
        g_assert_nonnull(strstr(error->message, "cannot be started through another program"));
    }
}

static void check_lines(const char *first, const char *second, const char *want)
{
    const char *files[] = {"/a.service", first, second ? "/b.conf" : NULL, second, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *lines = service_exec_lines((char *const *)files, FRONT, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(lines, ==, want);
}

static void test_files(void)
{
    check_lines("[Service]\nExecStart=/bin/a\n", NULL, "ExecStart=\nExecStart=" FRONT " /bin/a\n");
    check_lines("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n",
                "[Service]\nExecStart=\nExecStart=/bin/c\n", "ExecStart=\nExecStart=" FRONT " /bin/c\n");
    check_lines("[Service]\nExecStart=/bin/a \\\n# no\n  b\nExecStop=/bin/z\n",
                "[Install]\nExecStart=/bin/d\n",
                "ExecStart=\nExecStart=" FRONT " /bin/a b\nExecStop=\nExecStop=" FRONT " /bin/z\n");
    /* what is no matter of ours */
    check_lines("[X-Flatpak]\nA-b=c\n[Service]\nX-Own=1\nEnvironment=A=b # c\nExecStart=/bin/a\n", NULL,
                "ExecStart=\nExecStart=" FRONT " /bin/a\n");
}

static void check_files_refused(const char *text, const char *sentence)
{
    const char *files[] = {"/a.service", text, NULL};
    g_autoptr(GError) error = NULL;

    g_assert_null(service_exec_lines((char *const *)files, FRONT, &error));
    g_assert_cmpstr(error->message, ==, sentence);
}

static void test_files_refused(void)
{
    check_files_refused("[Service]\nType=exec\n", "its files have no command");
    check_files_refused("[Service]\nExecStart=@/bin/a b\n",
                        "ExecStart=@/bin/a b: a command that begins with @ cannot be started through another "
                        "program");
    check_files_refused("[Service]\n\nExecStart=/bin/a # b\n",
                        "/a.service:3: '#' in a value: a comment needs a line of its own");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service-exec/commands are put behind another program", test_commands);
    g_test_add_func("/service-exec/what cannot be is refused", test_refused);
    g_test_add_func("/service-exec/the commands of a unit and its drop-ins", test_files);
    g_test_add_func("/service-exec/files without a command, or with one that cannot be", test_files_refused);
    return g_test_run();
}
