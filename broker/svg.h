/* svg.h - shapes and text as SVG.
 *
 * How wide a text becomes is up to the font of whoever looks: widths are those of DejaVu Sans, one of the
 * widest. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum SvgFont { SVG_SANS, SVG_BOLD, SVG_MONO } SvgFont;
typedef enum SvgAnchor { SVG_START, SVG_MIDDLE, SVG_END } SvgAnchor;

typedef struct SvgStyle {
    SvgFont font;
    double size;
    const char *colour;
} SvgStyle;

typedef struct SvgBox {
    int x, y, width, height;
} SvgBox;

typedef struct SvgLine {
    const char *colour;
    double width;
    bool dashed;
} SvgLine;

int svg_width_of(const char *text, const SvgStyle *style);
/* As much of it as fits, with an ellipsis where something is left out. Owned by the caller. */
char *svg_shorten(const char *text, int width, const SvgStyle *style);

void svg_begin(GString *svg, int width, int height, const char *title);
void svg_end(GString *svg);
void svg_text(GString *svg, int x, int y, SvgAnchor anchor, const SvgStyle *style, const char *text);
/* Text that stands on lines, with a halo of @paper around it. */
void svg_label(GString *svg, int x, int y, const SvgStyle *style, const char *paper, const char *text);
/* @stroke may be NULL. */
void svg_box(GString *svg, const SvgBox *box, int radius, const char *fill, const char *stroke,
             double stroke_width);
void svg_circle(GString *svg, int x, int y, int radius, const char *fill, const char *stroke,
                double stroke_width);
void svg_ellipse(GString *svg, int x, int y, int across, int down, const SvgLine *line);
void svg_line(GString *svg, int x1, int y1, int x2, int y2, const SvgLine *line);
/* From left to right in an S, level at both ends. */
void svg_curve(GString *svg, int x1, int y1, int x2, int y2, const SvgLine *line);
/* Between two points one below the other, bulging to the left. */
void svg_bow(GString *svg, int x, int y1, int y2, int depth, const SvgLine *line);
/* The head of an arrow that points to the right, its tip at @x. */
void svg_arrow(GString *svg, int x, int y, const char *colour);
