/* SPDX-License-Identifier: MIT */
#include "doctor.h"
#include "json_out.h"

#include <stdarg.h>

static const char *const verdict_names[] = {"fine", "advice", "fault"};

struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_verdict verdict, const char *name,
                                  const char *format, ...)
{
  /* The last place is for whatever comes too late. */
  struct doctor_finding *finding = &doctor->findings[doctor->count];
  va_list arguments;

  if (doctor->count < DOCTOR_MAX - 1) {
    doctor->count++;
  }
  finding->verdict = verdict;
  finding->todo[0] = '\0';
  snprintf(finding->name, sizeof finding->name, "%s", name);
  va_start(arguments, format);
  (void)vsnprintf(finding->text, sizeof finding->text, format, arguments);
  va_end(arguments);
  return finding;
}

void doctor_todo(struct doctor_finding *finding, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(finding->todo, sizeof finding->todo, format, arguments);
  va_end(arguments);
}

enum doctor_verdict doctor_worst(const struct doctor *doctor)
{
  enum doctor_verdict worst = DOCTOR_FINE;

  for (int i = 0; i < doctor->count; i++) {
    worst = doctor->findings[i].verdict > worst ? doctor->findings[i].verdict : worst;
  }
  return worst;
}

void doctor_print(const struct doctor *doctor, FILE *out)
{
  static const char *const ends[] = {"Nothing to do.",
                                     "emend live works; what is marked 'advice' is recommended.",
                                     "emend live does not work here yet; see what is marked 'fault'."};

  for (int i = 0; i < doctor->count; i++) {
    const struct doctor_finding *finding = &doctor->findings[i];
    fprintf(out, "%-7s %s: %s%s%s\n", verdict_names[finding->verdict], finding->name, finding->text,
            finding->todo[0] != '\0' ? "; " : "", finding->todo);
  }
  fprintf(out, "%s\n", ends[doctor_worst(doctor)]);
}

json_t *doctor_json(const struct doctor *doctor)
{
  json_t *findings = json_array();

  for (int i = 0; i < doctor->count; i++) {
    const struct doctor_finding *finding = &doctor->findings[i];
    json_array_append_new(findings, json_pack("{s:o, s:s, s:o, s:o}", "check", json_text(finding->name),
                                              "verdict", verdict_names[finding->verdict], "text",
                                              json_text(finding->text), "todo", json_text(finding->todo)));
  }
  return json_pack("{s:b, s:s, s:o}", "usable", doctor_worst(doctor) != DOCTOR_FAULT, "worst",
                   verdict_names[doctor_worst(doctor)], "findings", findings);
}
