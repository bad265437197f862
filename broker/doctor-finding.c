/* doctor-finding.c - what is found, as JSON, and as text for people. */
#include "doctor-check.h"
#include "printable.h"

#include <stdio.h>

static const char *const level_words[] = {"good", "note", "warning", "broken"};

json_t *finding_add(Patient *patient, FindingLevel level, const char *topic, char *text, char *advice)
{
    /* files, the kernel and programs may have said anything; JSON is UTF-8 */
    g_autofree char *sentence = g_utf8_make_valid(text, -1),
                    *what = advice ? g_utf8_make_valid(advice, -1) : NULL;
    json_t *finding =
        json_pack("{s:s, s:s, s:s}", "topic", topic, "level", level_words[level], "text", sentence);
    g_auto(GStrv) lines = what ? g_strsplit(what, "\n", -1) : NULL;
    json_t *array = lines ? json_array() : NULL;

    for (char **line = lines; line && *line; line++)
        json_array_append_new(array, json_string(*line));
    if (array)
        json_object_set_new(finding, "advice", array);
    json_array_append_new(patient->findings, finding);
    g_free(text);
    g_free(advice);
    return finding;
}

const char *finding_verdict(const json_t *findings)
{
    size_t i, worst = FINDING_GOOD;
    json_t *finding;

    json_array_foreach((json_t *)findings, i, finding)
    {
        for (size_t level = FINDING_WARNING; level < G_N_ELEMENTS(level_words); level++)
            if (g_strcmp0(json_string_value(json_object_get(finding, "level")), level_words[level]) == 0)
                worst = MAX(worst, level);
    }
    return level_words[worst];
}

static bool is_about(const json_t *finding, const char *const *topics)
{
    const char *topic = json_string_value(json_object_get(finding, "topic"));

    return !topics || (topic && g_strv_contains(topics, topic));
}

bool finding_any(const json_t *findings, size_t first, const char *const *topics)
{
    for (size_t i = first; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        const char *level = json_string_value(json_object_get(finding, "level"));
        if (is_about(finding, topics) && (g_strcmp0(level, level_words[FINDING_WARNING]) == 0 ||
                                          g_strcmp0(level, level_words[FINDING_BROKEN]) == 0))
            return true;
    }
    return false;
}

/* Files, the kernel and programs may have said it: no control characters. */
static char *clean(const json_t *object, const char *key)
{
    return printable(json_string_value(json_object_get(object, key)));
}

void findings_print(const json_t *patient)
{
    g_autofree char *name = clean(patient, "name"), *verdict = clean(patient, "verdict");
    size_t i, j;
    const json_t *finding, *advice;
    printf("%s: %s\n", name, verdict);
    json_array_foreach(json_object_get(patient, "findings"), i, finding)
    {
        g_autofree char *topic = clean(finding, "topic"), *text = clean(finding, "text");
        printf("    %s: %s\n", topic, text);
        json_array_foreach(json_object_get(finding, "advice"), j, advice)
        {
            g_autofree char *what = printable(json_string_value(advice));
            printf("      -> %s\n", what);
        }
    }
}
