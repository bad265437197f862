/* graph-card.h - a card of the picture in SVG: a rounded box with lines of text. */
#pragma once

#include "svg.h"

typedef enum CardLook {
    CARD_TITLE, /* a name, with a word in a pill at the right */
    CARD_NAME,  /* a lesser name, with a pale word behind it */
    CARD_CODE,  /* an address */
    CARD_PALE,  /* what is good to know */
    CARD_ALERT, /* what is not as one might think */
    CARD_CHIP,  /* a word in a pill; chips stand side by side, and last */
} CardLook;

typedef struct CardLine {
    CardLook look;
    char *text, *aside; /* aside may be NULL */
    int x, y;           /* of its left and its middle, within the card */
} CardLine;

typedef struct Card {
    SvgBox box;
    int flow;           /* where the next line begins, within the card */
    const char *accent; /* colour of the border; NULL: the usual */
    GPtrArray *lines;   /* CardLine* */
} Card;

Card *card_new(void);
void card_free(void *card);

/* @text and @aside are taken over; without @text nothing is added. */
void card_add(Card *card, CardLook look, char *text, char *aside);
/* A line for each of these texts. */
void card_add_all(Card *card, CardLook look, const GPtrArray *texts);
/* Where the middle of a line of @look would be that came next, within the card. */
int card_next(const Card *card, CardLook look);
/* Nothing until @y. */
void card_skip_to(Card *card, int y);

/* The width that no line has to be shortened for. */
int card_natural_width(const Card *card);
/* Gives it this width, and the height that its lines and chips take then. */
void card_set_width(Card *card, int width);
/* The middle of its first line, from which lines go to others: on the sheet. */
int card_hook(const Card *card);

void card_draw(const Card *card, GString *svg);
