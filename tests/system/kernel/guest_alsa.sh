# SPDX-License-Identifier: MIT
# Sourced: aplaymidi -> Midi Through -> emend -> aseqdump, all through the kernel's sequencer.
start_emend --driver alsa
within 50 says 'emend live' # its own ports, no name given
own_in=$(address emend in)
own_out=$(address emend out)
check "alsa: virtual ports emend:in ($own_in) and emend:out ($own_out)" [ -n "$own_in" -a -n "$own_out" ]
check "alsa: another program connects to emend:in" aconnect 14:0 "$own_in"
hear sent 14:0
hear received "$own_out"
aplaymidi -p 14:0 /test/thousand.mid
silence sent
silence received
check "alsa: 1,000 notes and what is between them arrive, in order" same sent received
check "alsa: none is stuck" none_held received
stop_emend
check "alsa: no event was dropped" [ "$(in_report dropped)" = 0 ]
