/* Where the gaps of a take are, for a piano roll: from its markers, or from the report of a filling. */
#ifndef EMEND_ROLL_GAPS_H
#define EMEND_ROLL_GAPS_H

#include "roll_plot.h"
#include "smf.h"

/* Both add to roll->gaps, which the caller frees. Allocate. */
enum status roll_gaps_from_markers(struct roll *roll, const struct smf *smf, struct error *error) EMEND_CHECK;
enum status roll_gaps_from_report(struct roll *roll, const char *path, struct error *error) EMEND_CHECK;

#endif
