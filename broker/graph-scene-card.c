/* graph-scene-card.c - see graph-scene-card.h. */
#include "graph-scene-card.h"

#define DOWN_SHOWN 12 /* names of namespaces that are not up */

Card *scene_port_card(const GraphLink *link)
{
    Card *card = card_new();
    card_add(card, CARD_NAME, g_strdup(link->port), NULL);
    card_add_all(card, CARD_CODE, link->port_addresses);
    card_add(card, CARD_ALERT, g_strdup(link->note), NULL);
    card_add(card, CARD_CHIP, g_strdup(graph_link_nat(link)), NULL);
    card_add(card, CARD_CHIP, g_strdup(link->only_way ? "no other way" : NULL), NULL);
    card_add(card, CARD_CHIP, g_strdup(link->host_access ? "may reach the host" : NULL), NULL);
    return card;
}

Card *scene_own_card(const Graph *graph)
{
    Card *card = card_new();
    card_add(card, CARD_NAME, g_strdup("own programs"), NULL);
    card_add(card, CARD_ALERT, g_strdup(graph->edges->len == 0 ? "no way out" : NULL), NULL);
    return card;
}

Card *scene_door_card(const GraphDoor *door)
{
    Card *card = card_new();
    /* a card is one, whatever the driver; a container's is a pair's end */
    bool is_card = g_strcmp0(door->kind, "physical") == 0 || g_strcmp0(door->kind, "veth") == 0;
    card_add(card, CARD_NAME, g_strdup(door->name), g_strdup(is_card ? NULL : door->kind));
    card_add(card, CARD_PALE, door->inside ? g_strconcat("in ", door->inside, NULL) : NULL, NULL);
    card_add_all(card, CARD_CODE, door->addresses);
    if (door->others > 0)
        card_add(card, CARD_PALE,
                 g_strdup_printf("%u other port%s", door->others, door->others == 1 ? "" : "s"), NULL);
    return card;
}

Card *scene_beyond_card(const GraphDoor *door)
{
    bool hops = door->gateways[0] || door->gateways[1];
    const char *towards = graph_door_towards(door);
    bool is_out = door->type == DOOR_UPLINK || door->type == DOOR_BRIDGE;
    if (!towards || (is_out && !hops))
        return NULL;
    Card *card = card_new();
    card_add(card, CARD_NAME, g_strdup(is_out ? "gateway" : towards), NULL);
    card_add(card, CARD_PALE, door->type == DOOR_NAMESPACE ? g_strdup("namespace") : NULL, NULL);
    card_add(card, CARD_PALE, door->over ? g_strconcat("over ", door->over, NULL) : NULL, NULL);
    for (int f = 0; f < 2; f++)
        card_add(card, CARD_CODE, g_strdup(door->gateways[f]), NULL);
    return card;
}

Card *scene_down_card(const Graph *graph)
{
    guint count = graph->down->len, shown = count > DOWN_SHOWN + 1 ? DOWN_SHOWN : count;
    if (count == 0)
        return NULL;
    Card *card = card_new();
    card_add(card, CARD_PALE, g_strdup("not up"), NULL);
    for (guint i = 0; i < shown; i++)
        card_add(card, CARD_CHIP, g_strdup(graph->down->pdata[i]), NULL);
    if (shown < count)
        card_add(card, CARD_CHIP, g_strdup_printf("and %u more", count - shown), NULL);
    return card;
}
