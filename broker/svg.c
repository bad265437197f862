/* svg.c - see svg.h. */
#include "svg.h"

#include <string.h>

#define SANS "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
#define MONO "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"

/* ---- how wide ---- */

/* In thousandths of the font's size. */
static int advance(gunichar character, SvgFont font)
{
    int advance = 620;
    if (g_unichar_iszerowidth(character))
        return 0;
    if (g_unichar_iswide(character))
        return 1050;
    if (font == SVG_MONO)
        return 604;
    if (character < 0x80 && strchr("iljI.,:;'|! ", (int)character))
        advance = 320;
    else if (character < 0x80 && strchr("ftr()[]-/", (int)character))
        advance = 410;
    else if (character < 0x80 && strchr("mwMW", (int)character))
        advance = 980;
    else if (g_unichar_isupper(character))
        advance = 720;
    else if (character == 0x2026)
        advance = 1000;
    return font == SVG_BOLD ? advance * 112 / 100 : advance;
}

static int pixels(int thousandths, const SvgStyle *style)
{
    return (int)(thousandths * style->size / 1000 + 0.5);
}

int svg_width_of(const char *text, const SvgStyle *style)
{
    int width = 0;
    for (; *text; text = g_utf8_next_char(text))
        width += advance(g_utf8_get_char(text), style->font);
    return pixels(width, style);
}

char *svg_shorten(const char *text, int width, const SvgStyle *style)
{
    int used = advance(0x2026, style->font);
    GString *shortened = g_string_new(NULL);
    if (svg_width_of(text, style) <= width)
        return g_string_free(g_string_append(shortened, text), FALSE);
    for (; *text; text = g_utf8_next_char(text)) {
        used += advance(g_utf8_get_char(text), style->font);
        if (pixels(used, style) > width)
            break;
        g_string_append_unichar(shortened, g_utf8_get_char(text));
    }
    return g_string_free(g_string_append(shortened, "…"), FALSE);
}

/* ---- the document ---- */

void svg_begin(GString *svg, int width, int height, const char *title)
{
    g_autofree char *escaped = g_markup_escape_text(title, -1);
    g_string_append_printf(svg,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                           "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>%s</title>\n"
                           "<style>text{font-family:" SANS "}.b{font-weight:600}.m{font-family:" MONO
                           "}</style>\n",
                           width, height, width, height, escaped);
}

void svg_end(GString *svg)
{
    g_string_append(svg, "</svg>\n");
}

void svg_text(GString *svg, int x, int y, SvgAnchor anchor, const SvgStyle *style, const char *text)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    static const char *const classes[] = {"", " class=\"b\"", " class=\"m\""};
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append_printf(svg, "<text x=\"%d\" y=\"%d\" font-size=\"%g\" fill=\"%s\"%s%s>%s</text>\n", x, y,
                           style->size, style->colour, anchors[anchor], classes[style->font], escaped);
}

void svg_label(GString *svg, int x, int y, const SvgStyle *style, const char *paper, const char *text)
{
    g_string_append_printf(
        svg, "<g stroke=\"%s\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">", paper);
    svg_text(svg, x, y, SVG_START, style, text);
    g_string_append(svg, "</g>\n");
}

static void append_stroke(GString *svg, const char *stroke, double width)
{
    if (stroke)
        g_string_append_printf(svg, " stroke=\"%s\" stroke-width=\"%g\"", stroke, width);
    g_string_append(svg, "/>\n");
}

void svg_box(GString *svg, const SvgBox *box, int radius, const char *fill, const char *stroke,
             double stroke_width)
{
    g_string_append_printf(svg, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\"",
                           box->x, box->y, box->width, box->height, radius, fill);
    append_stroke(svg, stroke, stroke_width);
}

void svg_circle(GString *svg, int x, int y, int radius, const char *fill, const char *stroke,
                double stroke_width)
{
    g_string_append_printf(svg, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"", x, y, radius, fill);
    append_stroke(svg, stroke, stroke_width);
}

/* ---- lines ---- */

static void append_line(GString *svg, const SvgLine *line)
{
    g_string_append_printf(svg,
                           " fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" stroke-linecap=\"round\"%s/>\n",
                           line->colour, line->width, line->dashed ? " stroke-dasharray=\"1 6\"" : "");
}

void svg_ellipse(GString *svg, int x, int y, int across, int down, const SvgLine *line)
{
    g_string_append_printf(svg, "<ellipse cx=\"%d\" cy=\"%d\" rx=\"%d\" ry=\"%d\"", x, y, across, down);
    append_line(svg, line);
}

void svg_line(GString *svg, int x1, int y1, int x2, int y2, const SvgLine *line)
{
    g_string_append_printf(svg, "<path d=\"M%d %dL%d %d\"", x1, y1, x2, y2);
    append_line(svg, line);
}

void svg_curve(GString *svg, int x1, int y1, int x2, int y2, const SvgLine *line)
{
    int bend = (x2 - x1) / 2;
    if (y1 == y2) {
        svg_line(svg, x1, y1, x2, y2, line);
        return;
    }
    g_string_append_printf(svg, "<path d=\"M%d %dC%d %d %d %d %d %d\"", x1, y1, x1 + bend, y1, x2 - bend, y2,
                           x2, y2);
    append_line(svg, line);
}

void svg_bow(GString *svg, int x, int y1, int y2, int depth, const SvgLine *line)
{
    g_string_append_printf(svg, "<path d=\"M%d %dC%d %d %d %d %d %d\"", x, y1, x - depth, y1, x - depth, y2,
                           x, y2);
    append_line(svg, line);
}

void svg_arrow(GString *svg, int x, int y, const char *colour)
{
    g_string_append_printf(svg, "<path d=\"M%d %dl-9 -5l2 5l-2 5z\" fill=\"%s\"/>\n", x, y, colour);
}
