"""Starts moto with the operations of AWS that it lacks and the stack uses: account policies of CloudWatch Logs,
alarm mute rules, data protection policies of topics and S3 Access Grants. They are stored and returned as sent, per region. A new
VPC has the DHCP options of its region, and a NAT gateway's interface its own type, as in AWS."""

from collections import defaultdict
from uuid import uuid4

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.vpcs import VPC
from moto.logs.responses import LogsResponse
from moto.s3control import urls as s3control_urls
from moto.s3control.responses import S3ControlResponse
from moto.server import main
from moto.sns.responses import SNSResponse

account_policies = defaultdict(dict)
mute_rules = defaultdict(dict)
topic_policies = {}
access_grants = {}


def put_account_policy(self):
    policy = {name: self._get_param(name) for name in ("policyName", "policyType", "policyDocument", "selectionCriteria")}
    account_policies[self.region][policy["policyType"], policy["policyName"]] = {
        name: value for name, value in policy.items() if value is not None
    }
    return ActionResult({"accountPolicy": policy})


def describe_account_policies(self):
    wanted = self._get_param("policyType")
    found = [policy for (kind, _), policy in account_policies[self.region].items() if kind == wanted]
    return ActionResult({"accountPolicies": found})


def delete_account_policy(self):
    account_policies[self.region].pop((self._get_param("policyType"), self._get_param("policyName")), None)
    return EmptyResult()


def put_alarm_mute_rule(self):
    name = self._get_param("Name")
    mute_rules[self.region][name] = {
        "Name": name,
        "AlarmMuteRuleArn": f"arn:aws:cloudwatch:{self.region}:{self.current_account}:alarm-mute-rule:{name}",
        "Rule": self._get_param("Rule"),
        "MuteTargets": self._get_param("MuteTargets"),
        "Status": "ACTIVE",
    }
    return EmptyResult()


def list_alarm_mute_rules(self):
    return ActionResult({"AlarmMuteRuleSummaries": list(mute_rules[self.region].values())})


def get_alarm_mute_rule(self):
    return ActionResult(mute_rules[self.region][self._get_param("AlarmMuteRuleName")])


def delete_alarm_mute_rule(self):
    mute_rules[self.region].pop(self._get_param("AlarmMuteRuleName"), None)
    return EmptyResult()


def put_data_protection_policy(self):
    topic_policies[self._get_param("ResourceArn")] = self._get_param("DataProtectionPolicy")
    return EmptyResult()


def get_data_protection_policy(self):
    return ActionResult({"DataProtectionPolicy": topic_policies.get(self._get_param("ResourceArn"), "")})


class NoAccessGrantsInstance(ServiceException):
    code = "AccessGrantsInstanceNotExistsError"
    message = "The Access Grants instance does not exist"


def grants_of(self):
    if self.region not in access_grants:
        raise NoAccessGrantsInstance()
    return access_grants[self.region]


def create_access_grants_instance(self):
    access_grants.setdefault(self.region, {"locations": {}, "grants": {}})
    return ActionResult({"AccessGrantsInstanceId": "default"})


def delete_access_grants_instance(self):
    access_grants.pop(self.region, None)
    return EmptyResult()


def create_access_grants_location(self):
    location = {"AccessGrantsLocationId": str(uuid4()), "LocationScope": self._get_param("LocationScope")}
    grants_of(self)["locations"][location["AccessGrantsLocationId"]] = location["LocationScope"]
    return ActionResult(location)


def delete_access_grants_location(self):
    grants_of(self)["locations"].pop(self._get_param("AccessGrantsLocationId"), None)
    return EmptyResult()


def create_access_grant(self):
    configuration = self._get_param("AccessGrantsLocationConfiguration", {})
    grant = {name: self._get_param(name) for name in ("AccessGrantsLocationId", "Grantee", "Permission")}
    grant["AccessGrantId"] = str(uuid4())
    scope = grants_of(self)["locations"][grant["AccessGrantsLocationId"]]
    grant["GrantScope"] = scope + configuration.get("S3SubPrefix", "")
    grants_of(self)["grants"][grant["AccessGrantId"]] = grant
    return ActionResult(grant)


def delete_access_grant(self):
    grants_of(self)["grants"].pop(self._get_param("AccessGrantId"), None)
    return EmptyResult()


def list_access_grants(self):
    return ActionResult({"AccessGrantsList": list(grants_of(self)["grants"].values())})


for path in ("", "/location", "/location/<id>", "/grant", "/grant/<id>", "/grants"):
    s3control_urls.url_paths[f"/v20180820/accessgrantsinstance{path}"] = S3ControlResponse.dispatch

# In moto, a new VPC has none (`default`), although AWS returns the options of the region.
VPC.dhcp_options_id = property(lambda self: self.dhcp_options.id if self.dhcp_options else "dopt-0fedcba9876543210")
create_nat_gateway = NatGateway.__init__


def create_nat_gateway_with_typed_interface(self, *args, **kwargs):
    create_nat_gateway(self, *args, **kwargs)
    self._eni.interface_type = "nat_gateway"


# In moto, it is an `interface` like one that a user creates.
NatGateway.__init__ = create_nat_gateway_with_typed_interface

operations = {
    LogsResponse: (put_account_policy, describe_account_policies, delete_account_policy),
    CloudWatchResponse: (put_alarm_mute_rule, list_alarm_mute_rules, get_alarm_mute_rule, delete_alarm_mute_rule),
    SNSResponse: (put_data_protection_policy, get_data_protection_policy),
    S3ControlResponse: (
        create_access_grants_instance,
        delete_access_grants_instance,
        create_access_grants_location,
        delete_access_grants_location,
        create_access_grant,
        delete_access_grant,
        list_access_grants,
    ),
}
for responses, functions in operations.items():
    for function in functions:
        setattr(responses, function.__name__, function)

if __name__ == "__main__":
    main()
