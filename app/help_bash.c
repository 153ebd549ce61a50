/* Completions for bash: a table of what may come where, and a function that reads it. */
#include <stdio.h>
#include <string.h>

#include "help.h"

static void put_names(const struct command *const *commands)
{
  for (int i = 0; commands[i] != NULL; i++) {
    const char *name = strrchr(commands[i]->name, ' ');
    printf("%s%s", i > 0 ? " " : "", name != NULL ? name + 1 : commands[i]->name);
  }
}

void help_bash_begin(const struct command *const *commands)
{
  printf("# Completions of emend for bash; made by `emend --help=bash`.\n"
         "# COMMAND|OPTION|what its value is one of, or =words; without OPTION: of the operands.\n"
         "_emend_table='|--help|\n|--version|\n|--list|=presets drivers inputs outputs takes\n||=");
  put_names(commands);
  printf("\n");
}

void help_bash_command(const struct command *command, const struct option_set *set)
{
  if (command->parts != NULL || command->words != NULL) {
    printf("%s||=", command->name);
    for (int i = 0; command->words != NULL && command->words[i] != NULL; i++) {
      printf("%s%s", i > 0 ? " " : "", command->words[i]);
    }
    if (command->parts != NULL) {
      put_names(command->parts);
    }
    printf("\n");
  } else {
    printf("%s||%s\n", command->name, help_value_names[help_operand_of(command)]);
  }
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];

    printf("%s|--%s|", command->name, spec->name);
    if (spec->kind == OPTION_CHOICE) {
      printf("=");
      for (int k = 0; spec->choices[k] != NULL; k++) {
        printf("%s%s", k > 0 ? " " : "", spec->choices[k]);
      }
    } else if (spec->kind != OPTION_FLAG) {
      printf("%s", help_value_names[help_value_of(spec)]);
    }
    printf("\n");
    if (spec->letter != 0) {
      printf("%s|-%c|%s\n", command->name, spec->letter, help_value_names[help_value_of(spec)]);
    }
  }
  printf("%s|--help|\n", command->name);
}

/* A word that holds ':' or '=' comes in pieces, and is answered from its last ':' on. */
static const char functions[] =
  "'\n\n"
  "# _emend_offer WORD NAME-A-LINE...: those that begin with WORD, quoted unless the user has begun a quote.\n"
  "_emend_offer() {\n"
  "  local word=$1 quote= name tail\n"
  "  case $word in [\\\"\\']*) quote=${word:0:1} word=${word:1} ;; esac\n"
  "  [[ $quote ]] || word=${word//\\\\/}\n"
  "  while IFS= read -r name; do\n"
  "    [[ $name && $name == \"$word\"* ]] || continue\n"
  "    tail=${word##*:}\n"
  "    [[ $quote ]] || name=${name:${#word} - ${#tail}}\n"
  "    [[ $quote ]] || printf -v name %q \"$name\"\n"
  "    COMPREPLY+=(\"$name\")\n"
  "  done <<<\"$2\"\n"
  "}\n\n"
  "# _emend_values WORD KIND\n"
  "_emend_values() {\n"
  "  case $2 in\n"
  "  =*) _emend_offer \"$1\" \"$(printf '%s\\n' ${2#=})\" ;;\n"
  "  files) ;;\n"
  "  folders) compopt -o dirnames 2>/dev/null ;;\n"
  "  presets | drivers | inputs | outputs | takes)\n"
  "    _emend_offer \"$1\" \"$(emend --list \"$2\" 2>/dev/null)\" ;;\n"
  "  *) compopt +o default 2>/dev/null ;;\n"
  "  esac\n"
  "}\n\n"
  "_emend() {\n"
  "  local at=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options= prev line kind\n"
  "  COMPREPLY=()\n"
  "  while (( at > 2 )) && [[ $cur == :* || ${COMP_WORDS[at - 1]} == : ]]; do\n"
  "    cur=${COMP_WORDS[--at]}$cur\n"
  "  done\n"
  "  [[ $cur != = ]] || { cur=; (( at++ )); }\n"
  "  prev=${COMP_WORDS[at - 1]}\n"
  "  [[ $prev != = ]] || prev=${COMP_WORDS[at - 2]}\n"
  "  (( COMP_CWORD > 1 )) || command=\n"
  "  [[ $command != -* ]] || command=\n"
  "  if (( COMP_CWORD > 2 )) && [[ $'\\n'$_emend_table == *$'\\n'\"$command ${COMP_WORDS[2]}||\"* ]]; then\n"
  "    command=\"$command ${COMP_WORDS[2]}\"\n"
  "  fi\n"
  "  while IFS= read -r line; do\n"
  "    [[ $line == \"$command|\"* ]] || continue\n"
  "    line=${line#\"$command|\"} kind=${line#*|}\n"
  "    if [[ $prev == -* && ${line%%|*} == \"$prev\" && $kind ]]; then\n"
  "      _emend_values \"$cur\" \"$kind\"\n"
  "      return\n"
  "    fi\n"
  "    options+=${line%%|*}$'\\n'\n"
  "    [[ $line != '|'* ]] || local operands=$kind\n"
  "  done <<<\"$_emend_table\"\n"
  "  case $cur in\n"
  "  -*) _emend_offer \"$cur\" \"$options\" ;;\n"
  "  *) _emend_values \"$cur\" \"$operands\" ;;\n"
  "  esac\n"
  "}\n\n"
  "complete -o default -F _emend emend\n";

void help_bash_end(void)
{
  printf("%s", functions);
}
