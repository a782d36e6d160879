# For scripts that need a stand-in device (stand_in_device.cpp); source it. Needs `server`, the path of stand_in_server.

# start_stand_in LOG [MEGABYTES]: serves one at a free port; then ECHOLLAMA_STAND_IN names it for programs.
start_stand_in() {
  local port try
  for try in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    GGML_RPC_DEBUG=1 "$server" "$port" 2 ${2:+"$2"} >"$1" 2>&1 &
    stand_in=$!
    for _ in $(seq 100); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        export ECHOLLAMA_STAND_IN=127.0.0.1:$port
        return 0
      fi
      kill -0 "$stand_in" 2>/dev/null || break # somebody else has the port
      sleep 0.1
    done
    stop_stand_in
  done
  echo "the stand-in device does not start" >&2
  return 1
}

stop_stand_in() {
  [ -z "${stand_in:-}" ] || { kill "$stand_in" && wait "$stand_in"; } 2>/dev/null
  stand_in=
  unset ECHOLLAMA_STAND_IN
}
