#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2001,SC2015,SC2016,SC2086,SC2155  # a list of observations, run by hand
# What the rig can do, (a)-(j); needs a rig that is up.
T=${T:?the folder that up.sh was given}; . "$T/env"; set -u
ok=0 bad=0; pass() { echo "PASS $*"; ok=$((ok+1)); }; fail() { echo "FAIL $*"; bad=$((bad+1)); }
has() { case $2 in *"$1"*) pass "$3";; *) fail "$3: $2";; esac; }
# seen PATTERN FILE: waits until a program has written it, at most 10 s
seen() { timeout 10 tail -n +1 -F "$2" 2>/dev/null | grep -qiE "$1"; }
NS=prove-$RANDOM; kubectl create ns $NS >/dev/null; k() { kubectl -n $NS "$@"; }
W=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$W"' EXIT

# (a)
mk() { cat <<X
apiVersion: kubedb.com/v1alpha2
kind: MSSQLServer
metadata: {name: $1}
spec:
  version: 2022-cu22
  replicas: 1
  storageType: Durable
  storage: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  $2
X
}
o=$(mk bad "bogusField: 1" | k create --validate=strict -f - 2>&1); r=$?
has 'unknown field "spec.bogusField"' "$o" "(a) strict refuses rc=$r"
o=$(mk good "tls: {clientTLS: false}" | k create --validate=strict -f - 2>&1) && pass "(a) valid one is created" || fail "(a) $o"
o=$(k get mssqlservers.kubedb.com good 2>&1); echo "$o"

# (b)
pod() { cat <<X
apiVersion: v1
kind: Pod
metadata: {name: $1, labels: {app: sql, pod: $1}}
spec: {nodeName: node-0, containers: [{name: mssql, image: x/sql, ports: [{containerPort: 1433}]}, {name: mssql-coordinator, image: x/coord}]}
---
X
}
s=$(date +%s%N); { pod sql-0; pod sql-1; pod sql-2; } | k create -f - >/dev/null
k wait --for=condition=Ready pod --all --timeout=20s >/dev/null && pass "(b) pods Ready after $(( ($(date +%s%N)-s)/1000000 )) ms" || fail "(b)"
k get pods -o wide

# (c) two echo servers, one per pod, named in the pods' annotations
cat > $W/echo.py <<'P'
import socket,sys,threading
s=socket.socket(); s.bind(("127.0.0.1",0)); s.listen(64); print(s.getsockname()[1],flush=True)
def h(c):
    c.sendall(("hello from %s\n"%sys.argv[1]).encode())
    while (d:=c.recv(65536)):
        if d==b"bye": break
        c.sendall(d)
    c.close()
while True: threading.Thread(target=h,args=(s.accept()[0],),daemon=True).start()
P
for i in 0 1; do python3 $W/echo.py sql-$i > $W/port$i & pids+=($!); done
for i in 0 1; do seen . $W/port$i; k annotate pod sql-$i "sandbox/port.1433=127.0.0.1:$(cat $W/port$i)" >/dev/null; done
cat > $W/cli.py <<'P'
import socket,sys
s=socket.create_connection(("127.0.0.1",int(sys.argv[1])),5); s.settimeout(20); f=s.makefile("rb"); l=f.readline().decode().strip()
n=int(sys.argv[2]); import os,threading; b=os.urandom(n); threading.Thread(target=s.sendall,args=(b,)).start(); r=f.read(n); print(l, "echo-ok" if r==b else "echo-BAD")
P
for i in 0 1; do kubectl -n $NS port-forward --address=127.0.0.1 pod/sql-$i :1433 > $W/pf$i 2>&1 & pids+=($!); done
for i in 0 1; do seen Forwarding $W/pf$i
  lp=$(sed -n 's/.*127.0.0.1:\([0-9]*\) .*/\1/p' $W/pf$i | head -1); has "hello from sql-$i echo-ok" "$(timeout 30 python3 $W/cli.py $lp 8388608 2>&1)" "(c) port-forward sql-$i reaches its own target, 8 MiB echo"; done
kubectl -n $NS port-forward --address=127.0.0.1 pod/sql-2 :1433 > $W/pf2 2>&1 & pids+=($!)
seen Forwarding $W/pf2
lp=$(sed -n 's/.*127.0.0.1:\([0-9]*\) .*/\1/p' $W/pf2 | head -1); timeout 5 python3 $W/cli.py $lp 1 >/dev/null 2>&1; seen 'connection refused' $W/pf2
has 'connection refused' "$(cat $W/pf2)" "(c) a pod without a target: error text"
ws=$(grep -c '"subresource":"portforward"' "$T/audit.log"); echo "     audit lines for portforward: $ws"
kubectl -n $NS port-forward -v=9 pod/sql-0 :1433 > $W/pf9 2>&1 & p9=$!; seen 'switching protocols|websocket|101' $W/pf9; kill $p9; has 101 "$(grep -iE 'switching protocols|websocket|101' $W/pf9 | head -5)" "(c) WebSocket upgrade"; grep -iE 'websocket|Upgrade|101' $W/pf9 | cut -c1-160 | head -6 | sed 's/^/     /'
# the plugin's own way: one WebSocket, subprotocol v4.channel.k8s.io, ?ports=1433; channel 0 data, 1 error
cat > $W/ws.py <<'P'
import base64,os,socket,ssl,struct,sys,time
ns,pod,port,mode=sys.argv[1:5]; host,hp=os.environ["RIG_SERVER"][8:].split(":")
c=ssl.create_default_context(cafile=os.environ["RIG_T"]+"/ca.crt"); s=c.wrap_socket(socket.create_connection((host,int(hp)),5),server_hostname=host); s.settimeout(10)
s.sendall(f"GET /api/v1/namespaces/{ns}/pods/{pod}/portforward?ports={port} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {os.environ['RIG_TOKEN']}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n".encode())
f=s.makefile("rb"); st=f.readline().decode().strip(); h=[]
while (l:=f.readline().strip()): h.append(l.decode())
print(st,[x for x in h if "rotocol" in x])
def send(ch,b): m=os.urandom(4); b=bytes([ch])+b; s.sendall(struct.pack("!BB",0x82,0x80|len(b))+m+bytes(x^m[i%4] for i,x in enumerate(b)))
def recv():
    o,l=f.read(2); l&=127
    if l==126: l=struct.unpack("!H",f.read(2))[0]
    return o&15,f.read(l)
t=time.time()
try:
    for i in range(9):
        o,d=recv(); print(o,d[:1].hex(),d[1:200])
        if o==8: break
        if i==1 and mode!="idle": send(0,mode.encode())
        if mode!="bye" and mode.encode() in d[1:]: break
except Exception as e: print(type(e).__name__)
print("ended after %.0f s"%(time.time()-t))
P
o=$(timeout 20 python3 $W/ws.py $NS sql-1 1433 ping 2>&1); has "ping'" "$o" "(c) raw WebSocket v4.channel.k8s.io"; echo "$o" | sed 's/^/     /'
k annotate pod sql-1 sandbox/port.1=127.0.0.1:1 >/dev/null
o=$(timeout 20 python3 $W/ws.py $NS sql-1 1 idle 2>&1); has "connection refused" "$(echo $o | tr -d '\n')" "(c) refused target: error channel, then the connection ends"; echo "$o" | sed 's/^/     /'
o=$(timeout 20 python3 $W/ws.py $NS sql-1 1433 bye 2>&1); has "8 03" "$o" "(c) target closes: close frame"; echo "$o" | tail -2 | sed 's/^/     /'
# retarget a running pod
k annotate --overwrite pod sql-0 "sandbox/port.1433=127.0.0.1:$(cat $W/port1)" >/dev/null
lp=$(sed -n 's/.*127.0.0.1:\([0-9]*\) .*/\1/p' $W/pf0 | head -1); has "hello from sql-1" "$(timeout 5 python3 $W/cli.py $lp 1 2>&1)" "(c) retargeted by an annotation while the port-forward runs"

# (d)
printf '#!/bin/sh\nexport POD=$2; shift 3; exec "$@"\n' > $W/inside; printf '#!/bin/sh\necho "$2: $4 $5 $6"; exit 3\n' > $W/wrap; chmod +x $W/inside $W/wrap
for i in 0 1; do k annotate pod sql-$i "rig/exec=$W/inside" >/dev/null; done; k annotate pod sql-2 "rig/exec=$W/wrap" >/dev/null
o=$(k exec sql-0 -c mssql -- sh -c 'echo out-$POD; echo err >&2; pwd; exit 7' 2>$W/err); r=$?
has "7:out-sql-0" "$r:$o" "(d) exec: exit code, stdout, env"; has err "$(cat $W/err)" "(d) exec stderr: $(tr '\n' '|' <$W/err)"; 
o=$(echo "stdin text" | k exec -i sql-1 -c mssql -- sh -c 'cat; echo $POD'); has "stdin text
sql-1" "$o" "(d) exec -i ends with stdin"
o=$(k exec sql-0 -c mssql -- /no/such/thing 2>&1); echo "     missing binary rc=$?: $o"
o=$(k exec sql-0 -c mssql-coordinator -- true 2>&1); echo "     other container rc=$?: $o"
o=$(k exec sql-0 -c mssql -- sh -c 'kill -9 $$' 2>&1); echo "     killed rc=$?: $o"
o=$(k exec sql-0 -c mssql -- sh -c 'head -c 10485760 /dev/zero' | wc -c); has 10485760 "$o" "(d) exec 10 MiB stdout"
o=$(k exec sql-2 -c mssql -- /opt/mssql-tools18/bin/sqlcmd -Q 'select 1' 2>/dev/null); has "3:sql-2: /opt/mssql-tools18/bin/sqlcmd -Q select 1" "$?:$o" "(d) a wrapper program stands for the container"
# (e)
kubectl -n $NS get pods -l kubedb.com/role=primary -w --no-headers --output-watch-events -v=6 > $W/watch 2>$W/watch.log & pids+=($!); seen 'watch=true.*200 OK' $W/watch.log
k label pod sql-0 kubedb.com/role=primary >/dev/null; k label pod sql-0 kubedb.com/role- >/dev/null; k label pod sql-1 kubedb.com/role=primary >/dev/null; seen 'ADDED +sql-1' $W/watch
has "ADDED sql-0 DELETED sql-0 ADDED sql-1" "$(awk '{printf "%s %s ", $1, $2}' $W/watch)" "(e) watch with a label selector sees the role move"
# status patch: make a pod not Ready (kwok does not fight it)
k patch pod sql-2 --subresource=status --type=strategic -p '{"status":{"conditions":[{"type":"Ready","status":"False"}]}}' >/dev/null; k wait pod sql-2 --for=condition=Ready --timeout=2s >/dev/null 2>&1
has False "$(k get pod sql-2 -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" "(e) Ready=False stays (phase Running is not touched by pod-ready)"
# (g) logs
printf 'line 1\nline 2\n' > $W/log
k annotate pod sql-0 "rig/logs=$W/log" >/dev/null
has "line 2" "$(k logs sql-0 -c mssql 2>&1)" "(g) logs"
# (h) PVC is bound and expanded
k create -f - >/dev/null <<X
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-sql-0}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
X
k wait --for=jsonpath='{.status.phase}'=Bound --timeout=10s pvc/data-sql-0 >/dev/null && k patch pvc data-sql-0 -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}' >/dev/null &&
k wait --for=jsonpath='{.status.capacity.storage}'=2Gi --timeout=10s pvc/data-sql-0 >/dev/null && pass "(h) PVC bound, then expanded" || fail "(h) $(k get pvc data-sql-0 -o yaml)"
# (i) delays
{ pod slow-0 | sed 's/labels:/annotations: {pod-ready.stage.kwok.x-k8s.io\/delay: 2s, pod-delete.stage.kwok.x-k8s.io\/delay: 3s}, labels:/'; } | k create -f - >/dev/null
s=$(date +%s%N); k wait --for=condition=Ready --timeout=10s pod/slow-0 >/dev/null; d1=$(( ($(date +%s%N)-s)/1000000 )); s=$(date +%s%N); k delete pod slow-0 >/dev/null; d2=$(( ($(date +%s%N)-s)/1000000 ))
[ $d1 -gt 1500 ] && [ $d2 -gt 2500 ] && pass "(i) Ready after $d1 ms, deleted after $d2 ms by annotations" || fail "(i) $d1 $d2"
# (j) cert-manager
if grep -q ^cert-manager "$T/pids"; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test-ca -keyout $W/ca.key -out $W/ca.crt 2>/dev/null
  k create secret tls ca --cert=$W/ca.crt --key=$W/ca.key >/dev/null
  k create -f - >/dev/null <<X
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: ca}
spec: {ca: {secretName: ca}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: server}
spec: {secretName: server-cert, commonName: sql, dnsNames: [sql.x.svc, localhost], issuerRef: {name: ca, kind: Issuer, group: cert-manager.io}}
X
  k wait --for=condition=Ready --timeout=15s issuer/ca certificate/server >/dev/null && k get secret server-cert -o jsonpath='{.data.tls\.crt}' | base64 -d | openssl verify -CAfile $W/ca.crt >/dev/null && pass "(j) Issuer of type CA Ready, Certificate has a secret signed by it" || fail "(j)"
fi
# (f)
t() { local s=$(date +%s%N); "$@" >$W/o 2>&1; echo "$(( ($(date +%s%N)-s)/1000000 )) ms: $(tr '\n' ' ' <$W/o)"; }
echo "     delete grace 0:  $(t k delete pod sql-0 --grace-period=0 --force)"
echo "     delete grace 30: $(t k delete pod sql-1 --grace-period=30)"
echo "     delete default:  $(t k delete pod sql-2)"
has "No resources" "$(k get pods 2>&1)" "(f) pods are gone"
echo "     delete ns:  $(t timeout 8 kubectl delete ns $NS)"; kubectl get ns $NS 2>&1 | tail -1
echo "$ok passed, $bad failed"
