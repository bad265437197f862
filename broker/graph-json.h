/* graph-json.h - the picture as JSON, for programs. */
#pragma once

#include "graph-model.h"

/* {"host", "ways", "interfaces", "namespaces", "down"}; the keys are in netnsctl(1). Owned by the caller. */
json_t *graph_json(const Graph *graph);
