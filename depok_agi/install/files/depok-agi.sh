#!/bin/sh
# The call centre's command. It runs as the service's user, who alone may read the store.
program=/opt/depok-agi/current/venv/bin/depok-agi
if [ -n "$_DEPOK_AGI_COMPLETE" ]; then # the shell completes a word: nothing is read
    exec "$program" "$@"
fi
case "$(id -un) ${1:-}" in
    depok-agi\ * | root\ prompts | root\ doctor) exec "$program" "$@" ;;
    root\ *) exec sudo -u depok-agi -- "$program" "$@" ;;
esac
case " $(id -Gn) " in
    *" depok-operator "* | *" depok-supervisor "* | *" depok-admin "*) exec sudo -n -u depok-agi -- "$program" "$@" ;;
esac
case "${1:-}" in
    --help | -h | --version) exec "$program" "$@" ;;
esac
echo "depok-agi: you are in none of the groups depok-operator, depok-supervisor, depok-admin; ask the admin of this host" >&2
exit 1
