#!/bin/sh
# Makes the keys and certificates of the tests anew, with OpenSSL 3. They are valid from 2020 to 2120, and expired.pem until 2021.
set -e
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key ./*.p12
T=$(mktemp -d)
END=21200101000000Z
EC="-newkey ec -pkeyopt ec_paramgen_curve:P-256"
CA="basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash"

: > "$T/index"
echo 1001 > "$T/serial"
sign() { # name, lines of extensions, options...
  name=$1
  cat > "$T/ca.cnf" <<CNF
[ca]
default_ca=d
[d]
database=$T/index
serial=$T/serial
new_certs_dir=$T
default_md=sha256
policy=p
x509_extensions=x
unique_subject=no
[p]
commonName=supplied
[x]
$2
CNF
  shift 2
  openssl ca -batch -config "$T/ca.cnf" -in "$T/$name.csr" -startdate 20200101000000Z -enddate $END -notext -out "$name.pem" "$@"
}
request() { # name, where the key goes, options of the key...
  name=$1 key=$2; shift 2
  openssl req -new -nodes "$@" -keyout "$key" -out "$T/$name.csr" -subj "/CN=Test $name"
}
ca() { # name
  request "$1" "$T/$1.key" $EC
  sign "$1" "$CA" -selfsign -keyfile "$T/$1.key"
}
leaf() { # name, issuer's name, subject alternative names, options of the key...
  leafName=$1 issuer=$2 san=$3; shift 3
  request "$leafName" "$leafName.key" "$@"
  sign "$leafName" "subjectAltName=$san
keyUsage=digitalSignature
extendedKeyUsage=serverAuth,clientAuth" -cert "$issuer.pem" -keyfile "$T/$issuer.key"
}

ca ca
ca other-ca
leaf server ca DNS:localhost,IP:127.0.0.1,DNS:server.test $EC
leaf second ca DNS:second.test $EC
leaf wild ca 'DNS:*.wild.test' $EC
leaf rsa ca DNS:localhost,DNS:rsa.test -newkey rsa:2048
leaf ed ca DNS:localhost,DNS:ed.test -newkey ed25519
leaf client ca DNS:client.test $EC
leaf stranger other-ca DNS:localhost,IP:127.0.0.1 $EC
END=20210101000000Z
leaf expired ca DNS:localhost,IP:127.0.0.1 $EC
END=21200101000000Z

# a chain: ca, intermediate, chained
request intermediate "$T/intermediate.key" $EC
sign intermediate "$CA" -cert ca.pem -keyfile "$T/ca.key"
leaf chained intermediate DNS:localhost $EC
cat intermediate.pem >> chained.pem
rm intermediate.pem

# other forms of keys
openssl rsa -in rsa.key -traditional -out rsa-pkcs1.key
{ openssl ecparam -name prime256v1; openssl ec -in server.key; } > server-sec1.key
openssl pkcs8 -topk8 -in server.key -passout pass:secret -out server-encrypted.key
openssl rsa -in rsa.key -traditional -aes128 -passout pass:secret -out rsa-encrypted.key
openssl pkcs12 -export -in chained.pem -inkey chained.key -passout pass:secret -out chained.p12
rm -r "$T"
