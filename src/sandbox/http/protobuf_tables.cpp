// The messages that kubectl's typed commands send. @source generated.proto of k8s.io/api and apimachinery 0.36.

#include <array>
#include <map>

#include "http/protobuf.hpp"

namespace dba::sandbox::http {

namespace {

using enum ProtoType;

constexpr std::array kObjectMetaFields{
    ProtoField{1, "name", text},
    ProtoField{2, "generateName", text},
    ProtoField{3, "namespace", text},
    ProtoField{5, "uid", text},
    ProtoField{6, "resourceVersion", text},
    ProtoField{7, "generation", number},
    ProtoField{8, "creationTimestamp", time},
    ProtoField{9, "deletionTimestamp", time},
    ProtoField{10, "deletionGracePeriodSeconds", set_number},
    ProtoField{11, "labels", text_map},
    ProtoField{12, "annotations", text_map},
    ProtoField{13, "ownerReferences", message_list, "OwnerReference"},
    ProtoField{14, "finalizers", text_list},
};
constexpr std::array kOwnerReference{
    ProtoField{5, "apiVersion", text},     ProtoField{1, "kind", text},
    ProtoField{3, "name", text},           ProtoField{4, "uid", text},
    ProtoField{6, "controller", set_flag}, ProtoField{7, "blockOwnerDeletion", set_flag},
};
constexpr std::array kNamespace{ProtoField{1, "metadata", message, "ObjectMeta"},
                                ProtoField{2, "spec", message, "NamespaceSpec"}};
constexpr std::array kNamespaceSpec{ProtoField{1, "finalizers", text_list}};
constexpr std::array kSecret{ProtoField{1, "metadata", message, "ObjectMeta"}, ProtoField{5, "immutable", set_flag},
                             ProtoField{2, "data", bytes_map}, ProtoField{4, "stringData", text_map},
                             ProtoField{3, "type", text}};
constexpr std::array kConfigMap{ProtoField{1, "metadata", message, "ObjectMeta"}, ProtoField{4, "immutable", set_flag},
                                ProtoField{2, "data", text_map}, ProtoField{3, "binaryData", bytes_map}};
constexpr std::array kServiceAccount{ProtoField{1, "metadata", message, "ObjectMeta"},
                                     ProtoField{2, "secrets", message_list, "ObjectReference"},
                                     ProtoField{3, "imagePullSecrets", message_list, "LocalObjectReference"},
                                     ProtoField{4, "automountServiceAccountToken", set_flag}};
constexpr std::array kLocalObjectReference{ProtoField{1, "name", text}};
constexpr std::array kObjectReference{
    ProtoField{1, "kind", text},      ProtoField{2, "namespace", text},  ProtoField{3, "name", text},
    ProtoField{4, "uid", text},       ProtoField{5, "apiVersion", text}, ProtoField{6, "resourceVersion", text},
    ProtoField{7, "fieldPath", text},
};
constexpr std::array kService{ProtoField{1, "metadata", message, "ObjectMeta"},
                              ProtoField{2, "spec", message, "ServiceSpec"}};
constexpr std::array kServiceSpec{
    ProtoField{1, "ports", message_list, "ServicePort"},
    ProtoField{2, "selector", text_map},
    ProtoField{3, "clusterIP", text},
    ProtoField{18, "clusterIPs", text_list},
    ProtoField{4, "type", text},
    ProtoField{5, "externalIPs", text_list},
    ProtoField{7, "sessionAffinity", text},
    ProtoField{8, "loadBalancerIP", text},
    ProtoField{10, "externalName", text},
    ProtoField{11, "externalTrafficPolicy", text},
    ProtoField{13, "publishNotReadyAddresses", flag},
    ProtoField{17, "ipFamilyPolicy", text},
    ProtoField{19, "ipFamilies", text_list},
    ProtoField{22, "internalTrafficPolicy", text},
};
constexpr std::array kServicePort{
    ProtoField{1, "name", text},
    ProtoField{2, "protocol", text},
    ProtoField{6, "appProtocol", text},
    ProtoField{3, "port", number},
    ProtoField{4, "targetPort", int_or_string},
    ProtoField{5, "nodePort", number},
};
constexpr std::array kPodDisruptionBudget{ProtoField{1, "metadata", message, "ObjectMeta"},
                                          ProtoField{2, "spec", message, "PodDisruptionBudgetSpec"}};
constexpr std::array kPodDisruptionBudgetSpec{
    ProtoField{1, "minAvailable", int_or_string}, ProtoField{2, "selector", message, "LabelSelector"},
    ProtoField{3, "maxUnavailable", int_or_string}, ProtoField{4, "unhealthyPodEvictionPolicy", text}};
constexpr std::array kLabelSelector{ProtoField{1, "matchLabels", text_map},
                                    ProtoField{2, "matchExpressions", message_list, "LabelSelectorRequirement"}};
constexpr std::array kLabelSelectorRequirement{ProtoField{1, "key", text}, ProtoField{2, "operator", text},
                                               ProtoField{3, "values", text_list}};
constexpr std::array kEviction{ProtoField{1, "metadata", message, "ObjectMeta"},
                               ProtoField{2, "deleteOptions", message, "DeleteOptions"}};
constexpr std::array kDeleteOptions{ProtoField{1, "gracePeriodSeconds", set_number},
                                    ProtoField{2, "preconditions", message, "Preconditions"},
                                    ProtoField{3, "orphanDependents", set_flag},
                                    ProtoField{4, "propagationPolicy", text}, ProtoField{5, "dryRun", text_list}};
constexpr std::array kPreconditions{ProtoField{1, "uid", text}, ProtoField{2, "resourceVersion", text}};
constexpr std::array kAccessReview{ProtoField{1, "metadata", message, "ObjectMeta"},
                                   ProtoField{2, "spec", message, "SelfSubjectAccessReviewSpec"}};
constexpr std::array kAccessReviewSpec{ProtoField{1, "resourceAttributes", message, "ResourceAttributes"},
                                       ProtoField{2, "nonResourceAttributes", message, "NonResourceAttributes"}};
constexpr std::array kResourceAttributes{ProtoField{1, "namespace", text}, ProtoField{2, "verb", text},
                                         ProtoField{3, "group", text},     ProtoField{4, "version", text},
                                         ProtoField{5, "resource", text},  ProtoField{6, "subresource", text},
                                         ProtoField{7, "name", text}};
constexpr std::array kNonResourceAttributes{ProtoField{1, "path", text}, ProtoField{2, "verb", text}};
constexpr std::array kRulesReview{ProtoField{1, "metadata", message, "ObjectMeta"},
                                  ProtoField{2, "spec", message, "SelfSubjectRulesReviewSpec"}};
constexpr std::array kRulesReviewSpec{ProtoField{1, "namespace", text}};
constexpr std::array kSubjectReview{ProtoField{1, "metadata", message, "ObjectMeta"}};

constexpr std::array kJob{ProtoField{1, "metadata", message, "ObjectMeta"}, ProtoField{2, "spec", message, "JobSpec"}};
constexpr std::array kJobSpec{
    ProtoField{1, "parallelism", set_number},
    ProtoField{2, "completions", set_number},
    ProtoField{3, "activeDeadlineSeconds", set_number},
    ProtoField{7, "backoffLimit", set_number},
    ProtoField{4, "selector", message, "LabelSelector"},
    ProtoField{6, "template", message, "PodTemplateSpec"},
    ProtoField{8, "ttlSecondsAfterFinished", set_number},
    ProtoField{10, "suspend", set_flag},
};
constexpr std::array kDeployment{ProtoField{1, "metadata", message, "ObjectMeta"},
                                 ProtoField{2, "spec", message, "DeploymentSpec"}};
constexpr std::array kDeploymentSpec{ProtoField{1, "replicas", set_number},
                                     ProtoField{2, "selector", message, "LabelSelector"},
                                     ProtoField{3, "template", message, "PodTemplateSpec"}};
constexpr std::array kPodTemplateSpec{ProtoField{1, "metadata", message, "ObjectMeta"},
                                      ProtoField{2, "spec", message, "PodSpec"}};
constexpr std::array kPodSpec{
    ProtoField{20, "initContainers", message_list, "Container"},
    ProtoField{2, "containers", message_list, "Container"},
    ProtoField{3, "restartPolicy", text},
    ProtoField{4, "terminationGracePeriodSeconds", set_number},
    ProtoField{6, "dnsPolicy", text},
    ProtoField{7, "nodeSelector", text_map},
    ProtoField{8, "serviceAccountName", text},
    ProtoField{10, "nodeName", text},
};
constexpr std::array kContainer{
    ProtoField{1, "name", text},
    ProtoField{2, "image", text},
    ProtoField{3, "command", text_list},
    ProtoField{4, "args", text_list},
    ProtoField{6, "ports", message_list, "ContainerPort"},
    ProtoField{7, "env", message_list, "EnvVar"},
    ProtoField{14, "imagePullPolicy", text},
    ProtoField{16, "stdin", flag},
    ProtoField{18, "tty", flag},
};
constexpr std::array kContainerPort{ProtoField{1, "name", text}, ProtoField{3, "containerPort", number},
                                    ProtoField{4, "protocol", text}};
constexpr std::array kEnvVar{ProtoField{1, "name", text}, ProtoField{2, "value", text}};
constexpr std::array kRole{ProtoField{1, "metadata", message, "ObjectMeta"},
                           ProtoField{2, "rules", message_list, "PolicyRule"}};
constexpr std::array kPolicyRule{ProtoField{1, "verbs", text_list}, ProtoField{2, "apiGroups", text_list},
                                 ProtoField{3, "resources", text_list}, ProtoField{4, "resourceNames", text_list},
                                 ProtoField{5, "nonResourceURLs", text_list}};
constexpr std::array kRoleBinding{ProtoField{1, "metadata", message, "ObjectMeta"},
                                  ProtoField{2, "subjects", message_list, "Subject"},
                                  ProtoField{3, "roleRef", message, "RoleRef"}};
constexpr std::array kSubject{ProtoField{1, "kind", text}, ProtoField{2, "apiGroup", text}, ProtoField{3, "name", text},
                              ProtoField{4, "namespace", text}};
constexpr std::array kRoleRef{ProtoField{1, "apiGroup", text}, ProtoField{2, "kind", text},
                              ProtoField{3, "name", text}};

using Fields = std::span<const ProtoField>;

}  // namespace

std::span<const ProtoField> proto_fields(std::string_view name) {
  static const std::map<std::string_view, Fields> messages{
      {"ObjectMeta", kObjectMetaFields},
      {"OwnerReference", kOwnerReference},
      {"Namespace", kNamespace},
      {"NamespaceSpec", kNamespaceSpec},
      {"Secret", kSecret},
      {"ConfigMap", kConfigMap},
      {"ServiceAccount", kServiceAccount},
      {"LocalObjectReference", kLocalObjectReference},
      {"ObjectReference", kObjectReference},
      {"Service", kService},
      {"ServiceSpec", kServiceSpec},
      {"ServicePort", kServicePort},
      {"PodDisruptionBudget", kPodDisruptionBudget},
      {"PodDisruptionBudgetSpec", kPodDisruptionBudgetSpec},
      {"LabelSelector", kLabelSelector},
      {"LabelSelectorRequirement", kLabelSelectorRequirement},
      {"Eviction", kEviction},
      {"DeleteOptions", kDeleteOptions},
      {"Preconditions", kPreconditions},
      {"SelfSubjectAccessReview", kAccessReview},
      {"SelfSubjectAccessReviewSpec", kAccessReviewSpec},
      {"ResourceAttributes", kResourceAttributes},
      {"NonResourceAttributes", kNonResourceAttributes},
      {"SelfSubjectRulesReview", kRulesReview},
      {"SelfSubjectRulesReviewSpec", kRulesReviewSpec},
      {"SelfSubjectReview", kSubjectReview},
      {"Job", kJob},
      {"JobSpec", kJobSpec},
      {"Deployment", kDeployment},
      {"DeploymentSpec", kDeploymentSpec},
      {"PodTemplateSpec", kPodTemplateSpec},
      {"PodSpec", kPodSpec},
      {"Container", kContainer},
      {"ContainerPort", kContainerPort},
      {"EnvVar", kEnvVar},
      {"Role", kRole},
      {"ClusterRole", kRole},
      {"PolicyRule", kPolicyRule},
      {"RoleBinding", kRoleBinding},
      {"ClusterRoleBinding", kRoleBinding},
      {"Subject", kSubject},
      {"RoleRef", kRoleRef},
  };
  const auto found = messages.find(name);
  return found == messages.end() ? Fields() : found->second;
}

}  // namespace dba::sandbox::http
