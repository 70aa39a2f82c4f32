#include <array>

#include <doctest/doctest.h>

#include "api_support.hpp"

namespace dba::sandbox::api::test {

// Refusals were recorded from kube-apiserver 1.36 with KubeDB's and cert-manager's definitions.

TEST_CASE_FIXTURE(ApiFixture, "a created object has what the server fills in, and its writer owns it") {
  WriteOptions options;
  options.field_manager = "k";
  const Object made = make(
      databases,
      R"({"metadata":{"name":"sales","uid":"mine","creationTimestamp":null,"labels":{"x":"y"}},"spec":{"version":"x",
           "tls":{},"replicas":null,"podTemplate":{"spec":{"containers":[{"name":"mssql"}]}}},"status":{"phase":"Ready"}})",
      options);
  Json shown = *made;
  CHECK(shown["metadata"]["uid"].get<std::string>().size() == 36);
  CHECK(shown["metadata"]["uid"] != "mine");
  shown["metadata"]["uid"] = "UID";
  CHECK(
      shown.dump() ==
      R"({"apiVersion":"kubedb.com/v1alpha2","kind":"MSSQLServer","metadata":{"name":"sales","namespace":"demo",)"
      R"("uid":"UID","resourceVersion":"13","generation":1,"creationTimestamp":"2026-01-02T03:04:05Z",)"
      R"("labels":{"x":"y"},"managedFields":[{"manager":"k","operation":"Update","apiVersion":"kubedb.com/v1alpha2",)"
      R"("time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},)"
      R"("f:x":{}}},"f:spec":{".":{},"f:healthChecker":{".":{},"f:failureThreshold":{},"f:periodSeconds":{},)"
      R"("f:timeoutSeconds":{}},"f:podTemplate":{".":{},"f:spec":{".":{},"f:containers":{},"f:podPlacementPolicy":{}}},)"
      R"("f:tls":{},"f:version":{}}}}]},"spec":{"version":"x","tls":{},"podTemplate":{"spec":{"containers":)"
      R"([{"name":"mssql"}],"podPlacementPolicy":{"name":"default"}}},"healthChecker":{"failureThreshold":1,)"
      R"("periodSeconds":10,"timeoutSeconds":10}}})");
}

TEST_CASE_FIXTURE(ApiFixture, "a refusal names every violation, in the words of the API server") {
  CHECK(
      refusal([&] {
        make(databases,
             R"({"metadata":{"name":"1a"},"spec":{"replicas":"three","topology":{"mode":"Foo"},"tls":{"certificates":
               [{}]},"monitor":{"agent":3},"storage":{"resources":{"requests":{"storage":"10 GB"}}}}})");
      }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"MSSQLServer.kubedb.com \"1a\" )"
      R"(is invalid: [metadata.name: Invalid value: \"1a\": metadata.name in body should match )"
      R"('^[a-z]([-a-z0-9]*[a-z0-9])?$', spec.monitor.agent: Invalid value: \"integer\": spec.monitor.agent in body )"
      R"(must be of type string: \"integer\", spec.monitor.agent: Unsupported value: 3: supported values: )"
      R"(\"prometheus.io/operator\", \"prometheus.io\", \"prometheus.io/builtin\", spec.replicas: Invalid value: )"
      R"(\"string\": spec.replicas in body must be of type integer: \"string\", )"
      R"(spec.storage.resources.requests.storage: Invalid value: \"10 GB\": spec.storage.resources.requests.storage in )"
      R"(body should match '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?)"
      R"((([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$', spec.tls.certificates[0].alias: Required value, )"
      R"(spec.topology.mode: Unsupported value: \"Foo\": supported values: \"AvailabilityGroup\", \"DistributedAG\", )"
      R"(spec.version: Required value]","reason":"Invalid","details":{"name":"1a","group":"kubedb.com",)"
      R"("kind":"MSSQLServer","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"1a\": metadata.name )"
      R"(in body should match '^[a-z]([-a-z0-9]*[a-z0-9])?$'","field":"metadata.name"},)"
      R"({"reason":"FieldValueTypeInvalid","message":"Invalid value: \"integer\": spec.monitor.agent in body must be )"
      R"(of type string: \"integer\"","field":"spec.monitor.agent"},{"reason":"FieldValueNotSupported","message":)"
      R"("Unsupported value: 3: supported values: \"prometheus.io/operator\", \"prometheus.io\", )"
      R"(\"prometheus.io/builtin\"","field":"spec.monitor.agent"},{"reason":"FieldValueTypeInvalid","message":)"
      R"("Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"",)"
      R"("field":"spec.replicas"},{"reason":"FieldValueInvalid","message":"Invalid value: \"10 GB\": )"
      R"(spec.storage.resources.requests.storage in body should match '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+)))"
      R"((([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'",)"
      R"("field":"spec.storage.resources.requests.storage"},{"reason":"FieldValueRequired","message":"Required value",)"
      R"("field":"spec.tls.certificates[0].alias"},{"reason":"FieldValueNotSupported","message":"Unsupported value: )"
      R"(\"Foo\": supported values: \"AvailabilityGroup\", \"DistributedAG\"","field":"spec.topology.mode"},)"
      R"({"reason":"FieldValueRequired","message":"Required value","field":"spec.version"}]},"code":422})");
}

TEST_CASE_FIXTURE(ApiFixture, "one sentence each for what else a create can be refused for") {
  struct Row {
    const Resource& type;
    const char* body;
    const char* answer;
  };
  make(config_maps, R"({"metadata":{"name":"there"}})");
  const Resource& issuers = *find_resource("cert-manager.io", "v1", "issuers");
  const Resource& certificates = *find_resource("cert-manager.io", "v1", "certificates");
  const Resource& requests = *find_resource("ops.kubedb.com", "v1alpha1", "mssqlserveropsrequests");
  const std::array rows{
      Row{config_maps, R"({"metadata":{"name":"there"}})", "409 configmaps \"there\" already exists"},
      Row{config_maps, R"({"metadata":{"name":"a","namespace":"other"}})",
          "400 the namespace of the provided object does not match the namespace sent on the request"},
      Row{config_maps, R"({"metadata":{"name":"a","resourceVersion":"5"}})",
          "500 resourceVersion should not be set on objects to be created"},
      Row{config_maps, R"({"metadata":{}})",
          "422 ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"},
      Row{config_maps, R"({"metadata":{"name":"a"},"data":{"a b":"x"}})",
          "422 ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of "
          "alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for "
          "validation is '[-._a-zA-Z0-9]+')"},
      Row{config_maps, R"({"metadata":{"name":"a"},"data":{"a":1}})",
          "400 ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go "
          "struct "
          "field ConfigMap.data of type string"},
      Row{config_maps, R"({"kind":"Secret","metadata":{"name":"a"}})",
          "400 Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): "
          "unknown conversion"},
      Row{config_maps, R"({"metadata":{"name":"A_b"}})",
          "422 ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain "
          "must "
          "consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
          "character (e.g. 'example.com', regex used for validation is "
          R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"},
      Row{services, R"({"metadata":{"name":"a.b"},"spec":{"ports":[{"port":1}]}})",
          "422 Service \"a.b\" is invalid: metadata.name: Invalid value: \"a.b\": must not contain dots"},
      Row{services, R"({"metadata":{"name":"s"},"spec":{"type":"Foo","ports":[{"port":0},{"port":70000}]}})",
          "422 Service \"s\" is invalid: [spec.ports[0].name: Required value, spec.ports[0].port: Invalid value: 0: "
          "must "
          "be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, "
          "inclusive, spec.ports[1].name: Required value, spec.ports[1].port: Invalid value: 70000: must be between 1 "
          "and "
          "65535, inclusive, spec.ports[1].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive, "
          "spec.type: Unsupported value: \"Foo\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", "
          "\"NodePort\"]"},
      Row{secrets, R"({"metadata":{"name":"s"},"data":{"c":"Z!"}})",
          "400 Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 1"},
      Row{secrets, R"({"metadata":{"name":"s"},"type":"kubernetes.io/tls","data":{"d":"ZA=="}})",
          "422 Secret \"s\" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]"},
      Row{pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{}]}})",
          "422 Pod \"p\" is invalid: [spec.containers[0].name: Required value, spec.containers[0].image: Required "
          "value]"},
      Row{claims, R"({"metadata":{"name":"p"},"spec":{}})",
          "422 PersistentVolumeClaim \"p\" is invalid: [spec.accessModes: Required value: at least 1 access mode is "
          "required, spec.resources[storage]: Required value]"},
      Row{databases, R"({"kind":"Foo","metadata":{"name":"a"}})",
          "422 Foo.kubedb.com \"a\" is invalid: kind: Invalid value: \"Foo\": must be MSSQLServer"},
      Row{databases, R"({"apiVersion":"kubedb.com/v1","metadata":{"name":"a"}})",
          "400 the API version in the data (kubedb.com/v1) does not match the expected API version "
          "(kubedb.com/v1alpha2)"},
      Row{databases, R"({"metadata":{"name":"a"},"spec":{"version":"x","tls":{},"replicas":99999999999}})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: <nil>: Invalid value: \"\": Checked value must be of type "
          "integer "
          "with format int32 in spec.replicas"},
      Row{databases, R"({"metadata":{"name":"a"},"spec":{"version":"x","tls":{},"replicas":1.5}})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: [spec.replicas: Invalid value: \"float64\": spec.replicas in "
          "body "
          "must be of type int32: \"float64\", <nil>: Invalid value: \"\": Checked value must be of type integer with "
          "format int32 in spec.replicas]"},
      Row{databases,
          R"({"metadata":{"name":"a"},"spec":{"version":"x","tls":{},"storage":{"resources":{"requests":{"storage":true}}}}})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: [spec.storage.resources.requests.storage: Invalid value: "
          "\"boolean\": spec.storage.resources.requests.storage in body must be of type integer,string: \"boolean\", "
          "<nil>: Invalid value: \"\": \"spec.storage.resources.requests.storage\" must validate at least one schema "
          "(anyOf), spec.storage.resources.requests.storage: Invalid value: \"boolean\": "
          "spec.storage.resources.requests.storage in body must be of type integer: \"boolean\"]"},
      Row{databases,
          R"({"metadata":{"name":"a"},"spec":{"version":"x","tls":{},"podTemplate":{"spec":{"containers":[{"name":"a",
          "env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}}}})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: spec.podTemplate.spec.containers[0].env[1]: Duplicate value: "
          "{\"name\":\"A\"}"},
      Row{databases,
          R"({"metadata":{"name":"a"},"spec":{"version":"x","tls":{},"authSecret":{"name":"x","activeFrom":"bad"}}})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: spec.authSecret.activeFrom: Invalid value: \"bad\": "
          "spec.authSecret.activeFrom in body must be of type date-time: \"bad\""},
      Row{databases, R"({"metadata":{"name":"a"},"spec":"x"})",
          "422 MSSQLServer.kubedb.com \"a\" is invalid: spec: Invalid value: \"string\": spec in body must be of type "
          "object: \"string\""},
      Row{requests, R"({"metadata":{"name":"o"},"spec":{"type":"Reconfigure","databaseRef":{"name":"x"},"configuration":
          {"restart":true}}})",
          "422 MSSQLServerOpsRequest.ops.kubedb.com \"o\" is invalid: [spec.configuration.restart: Invalid value: "
          "\"boolean\": spec.configuration.restart in body must be of type string: \"boolean\", "
          "spec.configuration.restart: Unsupported value: true: supported values: \"auto\", \"true\", \"false\"]"},
      Row{requests, R"({"metadata":{"name":"o"},"spec":{"type":"VolumeExpansion","databaseRef":{"name":"x"},
          "volumeExpansion":{"mssqlserver":"2Gi"}}})",
          "422 MSSQLServerOpsRequest.ops.kubedb.com \"o\" is invalid: spec.volumeExpansion.mode: Required value"},
      Row{issuers, R"({"metadata":{"name":"i"},"spec":{"ca":{}}})",
          "422 Issuer.cert-manager.io \"i\" is invalid: [spec.ca.secretName: Required value, <nil>: Invalid value: "
          "null: "
          "some validation rules were not checked because the object was invalid; correct the existing errors to "
          "complete "
          "validation]"},
      Row{certificates, R"({"metadata":{"name":"i"},"spec":{}})",
          "422 Certificate.cert-manager.io \"i\" is invalid: [spec.issuerRef: Required value, spec.secretName: "
          "Required "
          "value]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    CHECK(refusal_text([&] { make(row.type, row.body); }) == row.answer);
  }
}

TEST_CASE_FIXTURE(ApiFixture, "labels, annotations, owners and finalizers are judged together") {
  const std::string text = refusal_text([&] {
    make(config_maps,
         R"({"metadata":{"name":"b","labels":{"ok":"bad_"},"annotations":{"b c":"1"},"finalizers":["a b/c"],
         "ownerReferences":[{"name":"x"}]}})");
  });
  CHECK(
      text ==
      "422 ConfigMap \"b\" is invalid: [metadata.labels: Invalid value: \"bad_\": a valid label must be an empty "
      "string "
      "or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
      "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
      "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), metadata.annotations: Invalid value: \"b c\": name part must "
      "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
      "(e.g. "
      "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
      "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), metadata.ownerReferences.apiVersion: Invalid value: \"\": version "
      "must not be empty, metadata.ownerReferences.kind: Invalid value: \"\": must not be empty, "
      "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty, metadata.finalizers: Invalid value: \"a "
      "b/c\": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
      "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
      R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')])");
}

TEST_CASE_FIXTURE(ApiFixture, "unknown fields are refused, warned about or dropped, as asked") {
  const std::string body =
      R"({"metadata":{"name":"a","foo":1},"spec":{"version":"x","tls":{"bar":1,"certificates":[{"alias":"x","zoo":1}]},
      "baz":1},"spec2":{}})";
  WriteOptions options;
  std::vector<std::string> warnings;
  options.warnings = &warnings;
  options.validation = FieldValidation::strict;
  CHECK(refusal_text([&] { make(databases, body, options); }) ==
        "400 MSSQLServer in version \"v1alpha2\" cannot be handled as a MSSQLServer: strict decoding error: unknown "
        "field "
        "\"metadata.foo\", unknown field \"spec.baz\", unknown field \"spec.tls.bar\", unknown field "
        "\"spec.tls.certificates[0].zoo\", unknown field \"spec2\"");
  options.validation = FieldValidation::warn;
  const Object made = make(databases, body, options);
  CHECK(warnings == std::vector<std::string>{"unknown field \"metadata.foo\"", "unknown field \"spec.baz\"",
                                             "unknown field \"spec.tls.bar\"",
                                             "unknown field \"spec.tls.certificates[0].zoo\"",
                                             "unknown field \"spec2\""});
  CHECK((*made)["spec"].dump() ==
        R"({"version":"x","tls":{"certificates":[{"alias":"x"}]},"healthChecker":{"failureThreshold":1,)"
        R"("periodSeconds":10,"timeoutSeconds":10}})");

  options.validation = FieldValidation::strict;
  CHECK(refusal_text([&] {
          api.patch(databases, "demo", "a", PatchKind::merge, Json::parse(R"({"spec":{"nope":1}})"), "", options);
        }).ends_with("\": strict decoding error: unknown field \"spec.nope\""));
  // Below podTemplate.spec everything a pod may have passes.
  CHECK(
      refusal_text([&] {
        make(
            databases,
            R"({"metadata":{"name":"b"},"spec":{"version":"x","tls":{},"podTemplate":{"spec":{"tolerations":[{"key":"a"}],
               "containers":[{"name":"mssql","securityContext":{"runAsUser":1}}]}}}})",
            options);
      }) == "admitted");
}

TEST_CASE_FIXTURE(ApiFixture, "a namespace must exist and must not be going") {
  const std::string body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"}})";
  CHECK(
      refusal([&] { api.create(config_maps, "nope", Json::parse(body)); }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"namespaces \"nope\" not found",)"
      R"("reason":"NotFound","details":{"name":"nope","kind":"namespaces"},"code":404})");
  make(config_maps, R"({"metadata":{"name":"held","finalizers":["a.io/b"]}})");
  api.remove(namespaces, "", "demo");
  CHECK(
      refusal([&] { make(config_maps, R"({"metadata":{"name":"cm"}})"); }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"configmaps \"cm\" is forbidden: )"
      R"(unable to create new content in namespace demo because it is being terminated","reason":"Forbidden",)"
      R"("details":{"name":"cm","kind":"configmaps","causes":[{"reason":"NamespaceTerminating","message":)"
      R"("namespace demo is being terminated","field":"metadata.namespace"}]},"code":403})");
}

TEST_CASE_FIXTURE(ApiFixture, "generated names have five letters, and are drawn again when taken") {
  const Object one = make(config_maps, R"({"metadata":{"generateName":"cm-"}})");
  const Object two = make(config_maps, R"({"metadata":{"generateName":"cm-"}})");
  CHECK((*one)["metadata"]["name"].get<std::string>().size() == 8);
  CHECK((*one)["metadata"]["name"] != (*two)["metadata"]["name"]);
  CHECK(managers(*one) == "unknown Update: {\"f:metadata\":{\"f:generateName\":{}}}\n");
}

TEST_CASE_FIXTURE(ApiFixture, "a dry run answers and stores nothing") {
  WriteOptions dry;
  dry.dry_run = true;
  const Object shown = make(config_maps, R"({"metadata":{"name":"dry"}})", dry);
  CHECK((*shown)["metadata"].contains("uid"));
  CHECK((*shown)["metadata"].contains("resourceVersion") == false);
  CHECK(api.find(config_maps, "demo", "dry") == nullptr);
  const Object kept = make(config_maps, R"({"metadata":{"name":"kept"},"data":{"a":"1"}})");
  const Object changed =
      api.patch(config_maps, "demo", "kept", PatchKind::merge, Json::parse(R"({"data":{"a":"2"}})"), "", dry).object;
  CHECK((*changed)["data"]["a"] == "2");
  CHECK(api.get(config_maps, "demo", "kept") == kept);
  DeleteOptions dry_delete;
  dry_delete.dry_run = true;
  CHECK(api.remove(config_maps, "demo", "kept", dry_delete).finished);
  CHECK(api.get(config_maps, "demo", "kept") == kept);
}

TEST_CASE_FIXTURE(ApiFixture, "an update needs the present version, and one that changes nothing writes nothing") {
  const Object first = make(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"x","tls":{}}})");
  Json next = *first;
  next["spec"]["replicas"] = 3;
  const Object second = api.update(databases, "demo", "sales", next, "", {});
  CHECK((*second)["metadata"]["generation"] == 2);
  CHECK(
      refusal([&] { api.update(databases, "demo", "sales", next, "", {}); }) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on )"
      R"(mssqlservers.kubedb.com \"sales\": the object has been modified; please apply your changes to the latest version )"
      R"(and try again","reason":"Conflict","details":{"name":"sales","group":"kubedb.com","kind":"mssqlservers"},)"
      R"("code":409})");
  CHECK(api.update(databases, "demo", "sales", *second, "", {}) == second);
  next["metadata"].erase("resourceVersion");
  CHECK(
      refusal_text([&] { api.update(databases, "demo", "sales", next, "", {}); }) ==
      "422 mssqlservers.kubedb.com \"sales\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified "
      "for an update");
  CHECK(refusal_text([&] { api.update(databases, "demo", "other", *second, "", {}); }) ==
        "400 the name of the object (sales) does not match the name on the URL (other)");
  CHECK(refusal_text([&] { merge(databases, "sales", R"({"metadata":{"uid":"x"}})", "m"); }) ==
        "422 MSSQLServer.kubedb.com \"sales\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable");
  CHECK(refusal_text([&] {
          merge(databases, "sales", R"({"metadata":{"resourceVersion":"3"}})", "m");
        }).starts_with("409 "));
}

TEST_CASE_FIXTURE(ApiFixture, "status and the rest are written apart") {
  make(databases, R"({"metadata":{"name":"sales"},"spec":{"version":"x","tls":{}}})");
  const Object through_status =
      merge(databases, "sales",
            R"({"metadata":{"labels":{"no":"no"}},"spec":{"replicas":9},"status":{"phase":"Ready"}})", "op", "status");
  CHECK((*through_status)["status"].dump() == R"({"phase":"Ready"})");
  CHECK((*through_status)["spec"].contains("replicas") == false);
  CHECK((*through_status)["metadata"].contains("labels") == false);
  CHECK((*through_status)["metadata"]["generation"] == 1);
  const Object through_main =
      merge(databases, "sales", R"({"spec":{"replicas":2},"status":{"phase":"Critical"}})", "m");
  CHECK((*through_main)["status"]["phase"] == "Ready");
  CHECK((*through_main)["metadata"]["generation"] == 2);
  CHECK(refusal_text([&] { merge(databases, "sales", R"({"status":{"phase":"Nope"}})", "op", "status"); }) ==
        "422 MSSQLServer.kubedb.com \"sales\" is invalid: status.phase: Unsupported value: \"Nope\": supported values: "
        "\"Provisioning\", \"DataRestoring\", \"Ready\", \"Critical\", \"NotReady\", \"Halted\", \"Unknown\"");
}

TEST_CASE_FIXTURE(ApiFixture, "what a Service leaves out is filled in, whatever else its ports say") {
  const Object made = make(services, R"({"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":1433,
      "name":"db","protocol":"UDP","appProtocol":"tds"}]}})");
  CHECK(
      (*made)["spec"].dump() ==
      R"({"clusterIP":"None","ports":[{"port":1433,"name":"db","protocol":"UDP","appProtocol":"tds","targetPort":1433}],)"
      R"("type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster","clusterIPs":["None"],)"
      R"("ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})");
  const Object moved = merge(services, "s", R"({"spec":{"selector":{"a":"b"}}})", "m");
  CHECK((*moved)["spec"]["clusterIP"] == "None");
}

TEST_CASE_FIXTURE(ApiFixture, "plain text of a Secret becomes data") {
  const Object made = make(secrets, R"({"metadata":{"name":"s"},"stringData":{"a":"b"}})");
  CHECK((*made)["data"].dump() == R"({"a":"Yg=="})");
  CHECK(made->contains("stringData") == false);
  CHECK((*made)["type"] == "Opaque");
}

TEST_CASE_FIXTURE(ApiFixture, "what a pod leaves out is filled in, its quantities are made canonical") {
  const Object made =
      make(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":
      {"memory":"1.5Gi","cpu":"1000m"}}}]}})");
  CHECK(
      (*made)["spec"].dump() ==
      R"({"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"1536Mi","cpu":"1"},"requests":)"
      R"({"memory":"1536Mi","cpu":"1"}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":)"
      R"("File","imagePullPolicy":"Always"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":)"
      R"("ClusterFirst","securityContext":{},"schedulerName":"default-scheduler","enableServiceLinks":true,)"
      R"("serviceAccountName":"default","serviceAccount":"default","tolerations":[{"key":)"
      R"("node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":)"
      R"("node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],)"
      R"("priority":0,"preemptionPolicy":)"
      R"("PreemptLowerPriority"})");
  CHECK((*made)["status"].dump() == R"({"phase":"Pending","qosClass":"Guaranteed"})");
  CHECK(refusal_text([&] {
          make(pods, R"({"metadata":{"name":"q"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":
              {"memory":"1 GB"}}}]}})");
        }) ==
        "400 Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression "
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

TEST_CASE_FIXTURE(ApiFixture, "what built-in objects must not change") {
  make(secrets, R"({"metadata":{"name":"s"},"stringData":{"a":"b"},"immutable":true})");
  CHECK((*api.get(secrets, "demo", "s"))["data"].dump() == R"({"a":"Yg=="})");
  CHECK(refusal_text([&] { merge(secrets, "s", R"({"type":"x"})", "m"); }) ==
        "422 Secret \"s\" is invalid: type: Invalid value: \"x\": field is immutable");
  CHECK(refusal_text([&] { merge(secrets, "s", R"({"data":{"c":"eA=="}})", "m"); }) ==
        "422 Secret \"s\" is invalid: data: Forbidden: field is immutable when `immutable` is set");

  make(claims, R"({"metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"x","resources":
      {"requests":{"storage":"1Gi"}}}})");
  const std::string grow = R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})";
  CHECK(refusal_text([&] { merge(claims, "p", grow, "m"); }) ==
        "422 PersistentVolumeClaim \"p\" is invalid: spec: Forbidden: spec is immutable after creation except "
        "resources.requests and volumeAttributesClassName for bound claims");
  merge(claims, "p", R"({"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}})", "m", "status");
  CHECK(refusal_text([&] { merge(claims, "p", R"({"spec":{"resources":{"requests":{"storage":"500Mi"}}}})", "m"); }) ==
        "422 PersistentVolumeClaim \"p\" is invalid: spec.resources.requests.storage: Forbidden: field can not be less "
        "than status.capacity");
  CHECK(refusal_text([&] { merge(claims, "p", grow, "m"); }) ==
        "403 persistentvolumeclaims \"p\" is forbidden: only dynamically provisioned pvc can be resized and the "
        "storageclass that provisions the pvc must support resize");
  const Resource& classes = *find_resource("storage.k8s.io", "v1", "storageclasses");
  make(classes, R"({"metadata":{"name":"x"},"provisioner":"p","allowVolumeExpansion":true})");
  CHECK(refusal_text([&] { merge(claims, "p", grow, "m"); }) == "admitted");

  make(services, R"({"metadata":{"name":"svc"},"spec":{"ports":[{"port":1433}]}})");
  CHECK(refusal_text([&] { merge(services, "svc", R"({"spec":{"clusterIP":"10.0.0.9"}})", "m"); }) ==
        "422 Service \"svc\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.0.0.9\"]: may not change once set");
}

TEST_CASE_FIXTURE(ApiFixture, "reviews are answered at once and allow everything") {
  const Resource& reviews = *find_resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews");
  const Object answer =
      make(reviews, R"({"spec":{"resourceAttributes":{"namespace":"ns","verb":"create","resource":"pods"}}})");
  CHECK(answer->dump() ==
        R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":)"
        R"({"namespace":"ns","verb":"create","resource":"pods"}},"metadata":{},"status":{"allowed":true}})");
  CHECK(refusal_text([&] { make(reviews, R"({"spec":{}})"); }) ==
        "422 .authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of "
        "nonResourceAttributes or resourceAttributes must be specified");
  const Resource& selves = *find_resource("authentication.k8s.io", "v1", "selfsubjectreviews");
  CHECK((*make(selves, "{}"))["status"].dump() ==
        R"({"userInfo":{"username":"admin","groups":["system:masters","system:authenticated"]}})");
}

TEST_CASE_FIXTURE(ApiFixture, "keys with two slashes and finalizers of nobody are refused") {
  CHECK(
      refusal_text([&] { make(config_maps, R"({"metadata":{"name":"c","labels":{"x/y/z":"w"}}})"); }) ==
      "422 ConfigMap \"c\" is invalid: metadata.labels: Invalid value: \"x/y/z\": a valid label key must consist of "
      "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName', "
      " or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
      "optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
  CHECK(refusal_text([&] { make(config_maps, R"({"metadata":{"name":"c","finalizers":["orphan","mine"]}})"); }) ==
        "422 ConfigMap \"c\" is invalid: metadata.finalizers[1]: Invalid value: \"mine\": name is neither a standard "
        "finalizer name nor is it fully qualified");
}

TEST_CASE_FIXTURE(ApiFixture, "admission may change what is stored, refuse it, and sees every operation") {
  std::vector<std::string> seen;
  api.add_admission(AdmissionPhase::mutating, [&](const AdmissionRequest& request) {
    if (request.operation == "CREATE") (*request.object)["data"]["added"] = "yes";
  });
  api.add_admission(AdmissionPhase::validating, [&](const AdmissionRequest& request) {
    if (request.type.kind != "ConfigMap") return;
    seen.push_back(request.operation + (request.old == nullptr ? "" : " old") +
                   (request.object == nullptr ? "" : " new"));
    if (request.operation == "DELETE") {
      StatusError error;
      error.code = 403;
      error.reason = "Forbidden";
      error.message = "admission webhook \"w\" denied the request: no";
      throw error;
    }
  });
  const Object made = make(config_maps, R"({"metadata":{"name":"c"}})");
  CHECK((*made)["data"].dump() == R"({"added":"yes"})");
  merge(config_maps, "c", R"({"data":{"a":"1"}})", "m");
  CHECK(refusal_text([&] { api.remove(config_maps, "demo", "c"); }) ==
        "403 admission webhook \"w\" denied the request: no");
  CHECK(seen == std::vector<std::string>{"CREATE new", "UPDATE old new", "DELETE old"});
  // What the server itself finds wrong is never asked about.
  CHECK(refusal_text([&] {
          make(config_maps, R"({"metadata":{"name":"d"},"data":{"a b":"c"}})");
        }).starts_with("422 ConfigMap \"d\" is invalid: data[a b]: "));
  CHECK(seen.size() == 3);
}

}  // namespace dba::sandbox::api::test
