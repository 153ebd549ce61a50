#!/bin/sh
# SPDX-License-Identifier: MIT
# emend live --page and emend page as commands:  page.sh EMEND
emend=$1
. "$(dirname "$0")/../../support/cli.sh"

bad 1 'no page is served' page
bad 2 'page-port' live --demo --page --page-port 70000 --out out/x.mid

"$emend" live --demo --page --page-port 0 --seconds 8 --out first.mid >first 2>&1 &
first=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -f data/emend/page ] && break
  sleep 0.3
done
address=$(cat data/emend/page)
[ "$(stat -c %a data/emend/page)" = 600 ] || fail "the address is for others to read"
has first "The page: $address"
good "$emend" page --print
has said "^$address\$"

# A second emend finds the port in use, says so, and plays without a page.
port=${address##*127.0.0.1:}
good "$emend" live --demo --page --page-port "${port%%/*}" --seconds 1 --out second.mid
has complaint 'in use'
good "$emend" live --demo --page --page-address nowhere --seconds 1 --out third.mid
has complaint 'no address to listen on'
wait $first || fail "emend live --page: $(cat first)"
bad 1 'is gone' page
finish
