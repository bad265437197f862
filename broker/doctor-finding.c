/* doctor-finding.c - what is found, as JSON. */
#include "doctor-check.h"

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
