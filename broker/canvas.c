/* canvas.c - see canvas.h. */
#include "canvas.h"

enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8 };

typedef struct Cell {
    gunichar text;       /* 0: lines only */
    bool bold, covered;  /* covered: the right half of a wide character */
    guint8 light, heavy; /* arms of lines: NORTH … */
    bool dashed;
    guint across, down; /* the owners of the lines that go through */
} Cell;

struct Canvas {
    GPtrArray *rows; /* GArray* of Cell */
};

static void row_free(void *row)
{
    g_array_unref(row);
}

Canvas *canvas_new(void)
{
    Canvas *canvas = g_new0(Canvas, 1);
    canvas->rows = g_ptr_array_new_with_free_func(row_free);
    return canvas;
}

void canvas_free(Canvas *canvas)
{
    if (!canvas)
        return;
    g_ptr_array_unref(canvas->rows);
    g_free(canvas);
}

/* NULL outside of the sheet. */
static Cell *cell_at(Canvas *canvas, int row, int column)
{
    if (row < 0 || column < 0)
        return NULL;
    while (canvas->rows->len <= (guint)row)
        g_ptr_array_add(canvas->rows, g_array_new(FALSE, TRUE, sizeof(Cell)));
    GArray *cells = canvas->rows->pdata[row];
    if (cells->len <= (guint)column)
        g_array_set_size(cells, (guint)column + 1);
    return &g_array_index(cells, Cell, column);
}

/* ---- text ---- */

static int width_of(gunichar character)
{
    return g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
}

int canvas_width_of(const char *text)
{
    int width = 0;
    for (; *text; text = g_utf8_next_char(text))
        width += width_of(g_utf8_get_char(text));
    return width;
}

char *canvas_shorten(const char *text, int width)
{
    GString *shortened = g_string_new(NULL);
    int used = 0;
    if (canvas_width_of(text) <= width)
        return g_string_free(g_string_append(shortened, text), FALSE);
    for (; *text; text = g_utf8_next_char(text)) {
        used += width_of(g_utf8_get_char(text));
        if (used >= width)
            break;
        g_string_append_unichar(shortened, g_utf8_get_char(text));
    }
    if (width > 0)
        g_string_append(shortened, "…");
    return g_string_free(shortened, FALSE);
}

/* Marks without a width are left out: a cell holds one character. */
void canvas_text(Canvas *canvas, int row, int column, const char *text, bool bold)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        int width = width_of(character);
        for (int i = 0; i < width; i++, column++) {
            Cell *cell = cell_at(canvas, row, column);
            if (cell)
                *cell = (Cell){.text = character, .bold = bold, .covered = i > 0};
        }
    }
}

/* ---- lines ---- */

static void arm(Canvas *canvas, int row, int column, guint8 arms, CanvasLine line, guint owner)
{
    Cell *cell = cell_at(canvas, row, column);
    bool across = arms & (EAST | WEST);
    if (!cell)
        return;
    if (line == LINE_HEAVY)
        cell->heavy |= arms;
    else
        cell->light |= arms;
    cell->dashed |= line == LINE_DASHED;
    if (across)
        cell->across = owner;
    else
        cell->down = owner;
}

void canvas_horizontal(Canvas *canvas, int row, int from, int to, CanvasLine line, guint owner)
{
    for (int column = MIN(from, to); column <= MAX(from, to); column++)
        arm(canvas, row, column, (column > MIN(from, to) ? WEST : 0) | (column < MAX(from, to) ? EAST : 0),
            line, owner);
}

void canvas_vertical(Canvas *canvas, int column, int from, int to, CanvasLine line, guint owner)
{
    for (int row = MIN(from, to); row <= MAX(from, to); row++)
        arm(canvas, row, column, (row > MIN(from, to) ? NORTH : 0) | (row < MAX(from, to) ? SOUTH : 0), line,
            owner);
}

void canvas_box(Canvas *canvas, int row, int column, int height, int width, CanvasLine line)
{
    canvas_horizontal(canvas, row, column, column + width - 1, line, 0);
    canvas_horizontal(canvas, row + height - 1, column, column + width - 1, line, 0);
    canvas_vertical(canvas, column, row, row + height - 1, line, 0);
    canvas_vertical(canvas, column + width - 1, row, row + height - 1, line, 0);
}

/* ---- printing ---- */

/* By arms: NORTH 1, EAST 2, SOUTH 4, WEST 8. */
static const char *const light_glyphs[] = {" ", "│", "─", "╰", "│", "│", "╭", "├",
                                           "─", "╯", "─", "┴", "╮", "┤", "┬", "┼"};
static const char *const heavy_glyphs[] = {" ", "┃", "━", "┗", "┃", "┃", "┏", "┣",
                                           "━", "┛", "━", "┻", "┓", "┫", "┳", "╋"};
static const char ascii_glyphs[] = " |-+||++-+-+++++";

/* A light line that ends at a heavy one, or goes through it. */
static const char *mixed_glyph(guint8 light, guint8 heavy)
{
    if (heavy == (NORTH | SOUTH))
        return light == (EAST | WEST) ? "╂" : light & EAST ? "┠" : "┨";
    if (heavy == (EAST | WEST))
        return light == (NORTH | SOUTH) ? "┿" : light & NORTH ? "┷" : "┯";
    return heavy_glyphs[heavy | light];
}

static bool passes_over(const Cell *cell)
{
    return cell->across && cell->down && cell->across != cell->down && (cell->light & (NORTH | SOUTH)) &&
           (cell->light & (EAST | WEST)) && !cell->heavy;
}

static const char *line_glyph(const Cell *cell)
{
    guint8 arms = passes_over(cell) ? cell->light & (NORTH | SOUTH) : cell->light;
    if (cell->heavy)
        return cell->light ? mixed_glyph(cell->light, cell->heavy) : heavy_glyphs[cell->heavy];
    if (cell->dashed && !passes_over(cell) && !(arms & (NORTH | SOUTH)))
        return "╌";
    if (cell->dashed && !(arms & (EAST | WEST)))
        return "╎";
    return light_glyphs[arms];
}

static char line_ascii(const Cell *cell)
{
    guint8 arms = cell->light | cell->heavy;
    if (passes_over(cell))
        return '|';
    if (cell->dashed && !cell->heavy && !(arms & (NORTH | SOUTH)))
        return '.';
    return ascii_glyphs[arms];
}

static char text_ascii(gunichar character)
{
    static const struct {
        gunichar from;
        char to;
    } known[] = {{0x25ba, '>'}, {0x2026, '.'}, {0x00b7, '-'}, {0x21c4, '='}, {0x2500, '-'}};
    if (character < 0x80)
        return (char)character;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].from == character)
            return known[i].to;
    return '?';
}

static void append_cell(GString *line, const Cell *cell, bool unicode)
{
    if (cell->covered && unicode)
        return;
    if (cell->covered)
        g_string_append_c(line, '?');
    else if (cell->text && unicode)
        g_string_append_unichar(line, cell->text);
    else if (cell->text)
        g_string_append_c(line, text_ascii(cell->text));
    else if (unicode)
        g_string_append(line, line_glyph(cell));
    else
        g_string_append_c(line, line_ascii(cell));
}

/* Blanks at the end are left out, so nothing is bold there. */
static void print_row(const GArray *cells, FILE *out, bool unicode, bool bold)
{
    g_autoptr(GString) line = g_string_new(NULL);
    bool is_bold = false;
    for (guint i = 0; i < cells->len; i++) {
        const Cell *cell = &g_array_index(cells, Cell, i);
        if (bold && cell->bold != is_bold)
            g_string_append(line, cell->bold ? "\033[1m" : "\033[0m");
        is_bold = cell->bold;
        append_cell(line, cell, unicode);
    }
    if (bold && is_bold)
        g_string_append(line, "\033[0m");
    fprintf(out, "%s\n", g_strchomp(line->str));
}

void canvas_print(const Canvas *canvas, FILE *out, bool unicode, bool bold)
{
    for (guint i = 0; i < canvas->rows->len; i++)
        print_row(canvas->rows->pdata[i], out, unicode, bold);
}
