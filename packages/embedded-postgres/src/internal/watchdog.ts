/**
 * The process between the owner and the server: it outlives the owner just long enough to stop the server.
 *
 * A shell in a session of its own starts the server, tells its process id on descriptor 3 and waits for it.
 * A second shell reads the owner's end of a pipe: it closes when the owner lets go of it or dies, in whatever
 * way, since the kernel does it. Then the server gets SIGINT, Postgres's fast shutdown, once a second (the first
 * may come before it listens; more do no harm), and after 60 s SIGQUIT, which leaves the rest to crash recovery.
 * A server that ends ends the shell, with the server's exit code.
 *
 * Signals do not reach the server through the shell: Ctrl-C goes to the owner, who drains first.
 */
export const watchdogScript = `
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
(
  trap '' HUP INT TERM
  while read -r _; do :; done <&4
  n=0
  while [ "$n" -lt 60 ] && kill -INT "$server"; do
    sleep 1
    n=$((n + 1))
  done
  kill -QUIT "$server"
) >/dev/null 2>&1 &
guard=$!
exec 4<&-
trap : HUP INT TERM
while :; do
  wait "$server"
  code=$?
  kill -0 "$server" 2>/dev/null || break
done
kill -KILL "$guard" 2>/dev/null
exit "$code"
`
