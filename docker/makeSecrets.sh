#!/bin/sh
# Makes the secrets of compose.production.yaml that are random, each a file in the folder; what is there stays as it is.
#   makeSecrets.sh <folder>
# Three are yours to put there: customer_api_token, tls_certificate and tls_key.
set -eu
folder=${1:?name the folder}
umask 077
mkdir -p "$folder"
# Containers read them as users of their own; of this host only who may enter the folder does.
chmod 700 "$folder"

make() {
  if [ ! -e "$folder/$1" ]; then
    printf '%s' "$2" > "$folder/$1"
    chmod 444 "$folder/$1"
    echo "made $folder/$1"
  fi
}
random() {
  od -A n -N 32 -t x1 /dev/urandom | tr -d ' \n'
}

for name in db_password search_key shared_secret operator_tokens replication_password grafana_password; do
  make "$name" "$(random)"
done
# In a URL the password is written byte by byte, whatever it contains.
password=$(tr -d '\n' < "$folder/db_password" | od -A n -v -t x1 | tr -d ' \n' | sed 's/../%&/g')
make database_read_url "postgres://lead_gateway:$password@postgres-replica:5432/lead_gateway"
for name in customer_api_token tls_certificate tls_key; do
  if [ ! -e "$folder/$name" ]; then echo "missing: $folder/$name"; fi
done
