/* graph-card.c - see graph-card.h. */
#include "graph-card.h"

#define PADDING 12 /* left and right of the text */
#define EDGE 7     /* above and below */
#define CHIP_HEIGHT 18
#define CHIP_PADDING 7
#define CHIP_GAP 5
#define ASIDE_GAP 8

#define INK "#1e293b"
#define PALE "#64748b"
#define PILL "#eef2f7"
#define BORDER "#cbd5e1"
#define PAPER "#ffffff"

static const struct {
    SvgStyle style;
    int height, rise; /* rise: from the middle of the line down to the letters' foot */
} looks[] = {
    [CARD_TITLE] = {{SVG_BOLD, 15, INK}, 26, 5},         [CARD_NAME] = {{SVG_BOLD, 12.5, INK}, 20, 4},
    [CARD_CODE] = {{SVG_MONO, 11.5, "#475569"}, 16, 4},  [CARD_PALE] = {{SVG_SANS, 11.5, PALE}, 17, 4},
    [CARD_ALERT] = {{SVG_SANS, 11.5, "#b45309"}, 17, 4}, [CARD_CHIP] = {{SVG_SANS, 11, "#475569"}, 23, 4},
};
static const SvgStyle aside_style = {SVG_SANS, 11, PALE};

static void line_free(void *data)
{
    CardLine *line = data;
    g_free(line->text);
    g_free(line->aside);
    g_free(line);
}

Card *card_new(void)
{
    Card *card = g_new0(Card, 1);
    card->lines = g_ptr_array_new_with_free_func(line_free);
    card->flow = EDGE;
    return card;
}

void card_free(void *data)
{
    Card *card = data;
    g_ptr_array_unref(card->lines);
    g_free(card);
}

int card_next(const Card *card, CardLook look)
{
    return card->flow + looks[look].height / 2;
}

void card_add(Card *card, CardLook look, char *text, char *aside)
{
    if (!text)
        return;
    CardLine *line = g_new0(CardLine, 1);
    *line = (CardLine){look, text, aside, PADDING, card_next(card, look)};
    g_ptr_array_add(card->lines, line);
    if (look != CARD_CHIP)
        card->flow += looks[look].height;
}

void card_add_all(Card *card, CardLook look, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        card_add(card, look, g_strdup(texts->pdata[i]), NULL);
}

void card_skip_to(Card *card, int y)
{
    card->flow = MAX(card->flow, y);
}

static int chip_width(const CardLine *line)
{
    return svg_width_of(line->text, &looks[CARD_CHIP].style) + 2 * CHIP_PADDING;
}

static int aside_width(const CardLine *line)
{
    int pill = line->look == CARD_TITLE ? 2 * CHIP_PADDING : 0;
    return line->aside && *line->aside ? ASIDE_GAP + pill + svg_width_of(line->aside, &aside_style) : 0;
}

int card_natural_width(const Card *card)
{
    int widest = 0;
    for (guint i = 0; i < card->lines->len; i++) {
        const CardLine *line = card->lines->pdata[i];
        int width = line->look == CARD_CHIP
                        ? chip_width(line)
                        : svg_width_of(line->text, &looks[line->look].style) + aside_width(line);
        widest = MAX(widest, width);
    }
    return widest + 2 * PADDING;
}

void card_set_width(Card *card, int width)
{
    const int row = looks[CARD_CHIP].height;
    int x = PADDING, rows = 0;
    for (guint i = 0; i < card->lines->len; i++) {
        CardLine *line = card->lines->pdata[i];
        if (line->look != CARD_CHIP)
            continue;
        if (rows == 0 || x + chip_width(line) > width - PADDING) {
            x = PADDING;
            rows++;
        }
        line->x = x;
        line->y = card->flow + (rows - 1) * row + row / 2;
        x += chip_width(line) + CHIP_GAP;
    }
    card->box.width = width;
    card->box.height = card->flow + rows * row + EDGE;
}

int card_hook(const Card *card)
{
    const CardLine *first = card->lines->pdata[0];
    return card->box.y + first->y;
}

/* ---- drawing ---- */

static void draw_pill(GString *svg, int x, int y, int width, const char *text, const SvgStyle *style)
{
    svg_box(svg, &(SvgBox){x, y - CHIP_HEIGHT / 2, width, CHIP_HEIGHT}, CHIP_HEIGHT / 2, PILL, NULL, 0);
    svg_text(svg, x + width / 2, y + 4, SVG_MIDDLE, style, text);
}

static void draw_aside(const Card *card, GString *svg, const CardLine *line, int x, int y, int text_width)
{
    int width = aside_width(line) - ASIDE_GAP;
    if (width <= 0)
        return;
    if (line->look == CARD_TITLE)
        draw_pill(svg, card->box.x + card->box.width - PADDING - width, y, width, line->aside, &aside_style);
    else
        svg_text(svg, x + text_width + ASIDE_GAP, y + 4, SVG_START, &aside_style, line->aside);
}

static void draw_line(const Card *card, GString *svg, const CardLine *line)
{
    const SvgStyle *style = &looks[line->look].style;
    int x = card->box.x + line->x, y = card->box.y + line->y, room = card->box.width - 2 * PADDING;
    if (line->look == CARD_CHIP) {
        g_autofree char *word = svg_shorten(line->text, room - 2 * CHIP_PADDING, style);
        draw_pill(svg, x, y, MIN(chip_width(line), room), word, style);
        return;
    }
    g_autofree char *text = svg_shorten(line->text, room - aside_width(line), style);
    svg_text(svg, x, y + looks[line->look].rise, SVG_START, style, text);
    draw_aside(card, svg, line, x, y, svg_width_of(text, style));
}

void card_draw(const Card *card, GString *svg)
{
    SvgBox shadow = card->box;
    shadow.y += 2;
    svg_box(svg, &shadow, 10, "#e2e8f0", NULL, 0);
    svg_box(svg, &card->box, 10, PAPER, card->accent ? card->accent : BORDER, card->accent ? 1.5 : 1);
    for (guint i = 0; i < card->lines->len; i++)
        draw_line(card, svg, card->lines->pdata[i]);
}
