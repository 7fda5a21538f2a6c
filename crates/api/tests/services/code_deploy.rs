//! Services that `CodeDeploy` deploys to: how both show a deployment, and what is refused.

use aws_api::codedeploy::{self, CodeDeploy as _};
use aws_api::ecs;
use expect_test::expect;
use model::{HookStatus, Plan, ServiceDeployment};

use crate::world::{World, group, load_balancer, refusal, text, wrapped};

const NAME: &str = "shop";
const ROLE: &str = "arn:aws:iam::000000000000:role/deploy";

/// A service `web` of two tasks, and its application and group.
async fn world() -> World {
    let mut world = World::new().await;
    let request = ecs::CreateServiceRequest {
        deployment_controller: Some(ecs::DeploymentController {
            r#type: Some(ecs::DeploymentControllerType::CodeDeploy),
        }),
        load_balancers: Some(vec![load_balancer("front")]),
        ..world.request("web", 2)
    };
    world.create(request).await.expect("it is made");
    world.settle().await;
    let application = codedeploy::CreateApplicationInput {
        application_name: NAME.to_owned(),
        compute_platform: Some(codedeploy::ComputePlatform::Ecs),
        tags: None,
    };
    world.api.create_application(&world.caller, application).await.expect("it is made");
    world
}

async fn world_with_group() -> World {
    let world = world().await;
    let request = group_request(&world);
    world.api.create_deployment_group(&world.caller, request).await.expect("it is made");
    world
}

fn listener_arn(world: &World) -> String {
    world.api.snapshot().listeners.all().next().expect("a listener").arn()
}

fn group_request(world: &World) -> codedeploy::CreateDeploymentGroupInput {
    let named = |name: &str| codedeploy::TargetGroupInfo { name: Some(name.to_owned()) };
    let pair = codedeploy::TargetGroupPairInfo {
        target_groups: Some(vec![named("front"), named("idle")]),
        prod_traffic_route: Some(codedeploy::TrafficRoute {
            listener_arns: Some(vec![listener_arn(world)]),
        }),
        test_traffic_route: None,
    };
    codedeploy::CreateDeploymentGroupInput {
        application_name: NAME.to_owned(),
        deployment_group_name: NAME.to_owned(),
        service_role_arn: ROLE.to_owned(),
        deployment_style: Some(codedeploy::DeploymentStyle {
            deployment_type: Some(codedeploy::DeploymentType::BlueGreen),
            deployment_option: Some(codedeploy::DeploymentOption::WithTrafficControl),
        }),
        blue_green_deployment_configuration: Some(waits(
            codedeploy::DeploymentReadyAction::StopDeployment,
            (5, 10),
        )),
        load_balancer_info: Some(codedeploy::LoadBalancerInfo {
            target_group_pair_info_list: Some(vec![pair]),
            ..codedeploy::LoadBalancerInfo::default()
        }),
        ecs_services: Some(vec![codedeploy::ECSService {
            service_name: Some("web".to_owned()),
            cluster_name: None,
        }]),
        ..codedeploy::CreateDeploymentGroupInput::default()
    }
}

fn waits(
    action: codedeploy::DeploymentReadyAction,
    (ready, termination): (i32, i32),
) -> codedeploy::BlueGreenDeploymentConfiguration {
    codedeploy::BlueGreenDeploymentConfiguration {
        deployment_ready_option: Some(codedeploy::DeploymentReadyOption {
            action_on_timeout: Some(action),
            wait_time_in_minutes: Some(ready),
        }),
        terminate_blue_instances_on_deployment_success: Some(
            codedeploy::BlueInstanceTerminationOption {
                action: Some(codedeploy::InstanceAction::Terminate),
                termination_wait_time_in_minutes: Some(termination),
            },
        ),
        green_fleet_provisioning_option: None,
    }
}

const SPEC: &str = r#"{"version": 0.0, "Resources": [{"TargetService": {
    "Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "web:2",
    "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}}}]}"#;

fn request(content: &str) -> codedeploy::CreateDeploymentInput {
    codedeploy::CreateDeploymentInput {
        application_name: NAME.to_owned(),
        deployment_group_name: Some(NAME.to_owned()),
        revision: Some(codedeploy::RevisionLocation {
            revision_type: Some(codedeploy::RevisionLocationType::AppSpecContent),
            app_spec_content: Some(codedeploy::AppSpecContent {
                content: Some(content.to_owned()),
                sha256: None,
            }),
            ..codedeploy::RevisionLocation::default()
        }),
        ..codedeploy::CreateDeploymentInput::default()
    }
}

async fn begin(world: &mut World, content: &str) -> String {
    world.pass_time(1);
    let made = world.api.create_deployment(&world.caller, request(content)).await;
    made.expect("it begins").deployment_id.expect("it has an id")
}

/// What both services say of a deployment, in a few lines.
async fn shown(world: &World, id: &str) -> String {
    let deployment_id = id.to_owned();
    let asked = codedeploy::GetDeploymentInput { deployment_id: deployment_id.clone() };
    let info = world.api.get_deployment(&world.caller, asked).await.expect("a deployment");
    let info = info.deployment_info.expect("its information");
    let mut lines = vec![info.status.map_or("-", |status| status.as_str()).to_owned()];
    if let Some(error) = info.error_information {
        let code = error.code.map_or("-", |code| code.as_str());
        lines.push(format!("  {code}: {}", text(error.message.as_ref())));
    }
    let target_id = "default:web".to_owned();
    let asked = codedeploy::GetDeploymentTargetInput { deployment_id, target_id };
    let target = world.api.get_deployment_target(&world.caller, asked).await.expect("a target");
    let target = target.deployment_target.and_then(|target| target.ecs_target).expect("of ECS");
    let events = target.lifecycle_events.unwrap_or_default().into_iter().map(|event| {
        let status = event.status.map_or("-", |status| status.as_str());
        format!("{}={status}", text(event.lifecycle_event_name.as_ref()))
    });
    lines.push(format!("  {}", events.collect::<Vec<_>>().join(" ")));
    for set in target.task_sets_info.unwrap_or_default() {
        lines.push(format!(
            "  {} {} {} {} {}%",
            set.task_set_label.map_or("-", |label| label.as_str()),
            text(set.identifer.as_ref()),
            text(set.status.as_ref()),
            text(set.target_group.and_then(|group| group.name).as_ref()),
            set.traffic_weight.unwrap_or(-1.0),
        ));
    }
    let service = world.describe("web").await.services.expect("a list").remove(0);
    assert_eq!(service.deployments.as_ref().map(Vec::len), Some(0));
    assert_eq!(service.current_service_deployment, None);
    lines.push(format!("  service {}", text(service.task_definition.as_ref())));
    for set in service.task_sets.unwrap_or_default() {
        let external = if set.external_id.as_deref() == Some(id) { "ID" } else { "-" };
        let groups = set.load_balancers.unwrap_or_default();
        lines.push(format!(
            "  set {} {} {} {external} {} running={} {}",
            text(set.id.as_ref()),
            text(set.status.as_ref()),
            text(set.started_by.as_ref()),
            text(groups[0].target_group_arn.as_ref()),
            set.running_count.unwrap_or(-1),
            set.stability_status.map_or("-", |status| status.as_str()),
        ));
    }
    world.mask(&lines.join("\n")) + "\n"
}

async fn carry_on(world: &World, id: &str, kind: codedeploy::DeploymentWaitType) -> String {
    let input = codedeploy::ContinueDeploymentInput {
        deployment_id: Some(id.to_owned()),
        deployment_wait_type: Some(kind),
    };
    refusal(world.api.continue_deployment(&world.caller, input).await)
}

#[tokio::test]
async fn a_deployment_waits_moves_and_waits_again() {
    let mut world = world_with_group().await;
    let id = begin(&mut world, SPEC).await;
    expect![[r#"
        Created
          BeforeInstall=Pending Install=Pending AfterInstall=Pending
              BeforeAllowTraffic=Pending AllowTraffic=Pending AfterAllowTraffic=Pending
          Blue ecs-svc/r1 PRIMARY front 100%
          Green ecs-svc/r2 ACTIVE idle 0%
          service task-definition/web:1
          set ecs-svc/r1 PRIMARY - - targetgroup/front/0123456789abcdef running=2 STEADY_STATE
          set ecs-svc/r2 ACTIVE CODE_DEPLOY ID targetgroup/idle/0123456789abcdef running=0
              STABILIZING
    "#]]
    .assert_eq(&shown(&world, &id).await);
    world.settle().await;
    expect![[r#"
        Ready
          BeforeInstall=Succeeded Install=Succeeded AfterInstall=Succeeded
              BeforeAllowTraffic=Pending AllowTraffic=Pending AfterAllowTraffic=Pending
          Blue ecs-svc/r1 PRIMARY front 100%
          Green ecs-svc/r2 ACTIVE idle 0%
          service task-definition/web:1
          set ecs-svc/r1 PRIMARY - - targetgroup/front/0123456789abcdef running=2 STEADY_STATE
          set ecs-svc/r2 ACTIVE CODE_DEPLOY ID targetgroup/idle/0123456789abcdef running=2
              STEADY_STATE
    "#]]
    .assert_eq(&shown(&world, &id).await);
    let early = carry_on(&world, &id, codedeploy::DeploymentWaitType::TerminationWait).await;
    assert!(early.starts_with("DeploymentIsNotInReadyStateException: "), "{early}");
    assert_eq!(carry_on(&world, &id, codedeploy::DeploymentWaitType::ReadyWait).await, "taken");
    world.settle().await;
    expect![[r#"
        Baking
          BeforeInstall=Succeeded Install=Succeeded AfterInstall=Succeeded
              BeforeAllowTraffic=Succeeded AllowTraffic=Succeeded AfterAllowTraffic=Succeeded
          Green ecs-svc/r2 PRIMARY idle 100%
          Blue ecs-svc/r1 ACTIVE front 0%
          service task-definition/web:2
          set ecs-svc/r2 PRIMARY CODE_DEPLOY ID targetgroup/idle/0123456789abcdef running=2
              STEADY_STATE
          set ecs-svc/r1 ACTIVE - - targetgroup/front/0123456789abcdef running=2 STEADY_STATE
    "#]]
    .assert_eq(&shown(&world, &id).await);
    let late = carry_on(&world, &id, codedeploy::DeploymentWaitType::ReadyWait).await;
    assert!(late.starts_with("DeploymentIsNotInReadyStateException: "), "{late}");
    let kind = codedeploy::DeploymentWaitType::TerminationWait;
    assert_eq!(carry_on(&world, &id, kind).await, "taken");
    world.settle().await;
    expect![[r#"
        Succeeded
          BeforeInstall=Succeeded Install=Succeeded AfterInstall=Succeeded
              BeforeAllowTraffic=Succeeded AllowTraffic=Succeeded AfterAllowTraffic=Succeeded
          Green ecs-svc/r2 PRIMARY idle 100%
          service task-definition/web:2
          set ecs-svc/r2 PRIMARY CODE_DEPLOY ID targetgroup/idle/0123456789abcdef running=2
              STEADY_STATE
    "#]]
    .assert_eq(&shown(&world, &id).await);
    let over = carry_on(&world, &id, codedeploy::DeploymentWaitType::TerminationWait).await;
    assert!(over.starts_with("DeploymentAlreadyCompletedException: "), "{over}");
}

#[tokio::test]
async fn a_wait_that_nobody_ends_stops_the_deployment() {
    let mut world = world_with_group().await;
    let id = begin(&mut world, SPEC).await;
    world.settle().await;
    world.pass_time(5 * 60);
    world.settle().await;
    expect![[r#"
        Stopped
          TIMEOUT: The deployment timed out while waiting for a notification to continue. This
              time out period is 5 minutes.
          BeforeInstall=Succeeded Install=Succeeded AfterInstall=Succeeded
              BeforeAllowTraffic=Skipped AllowTraffic=Skipped AfterAllowTraffic=Skipped
          Blue ecs-svc/r1 PRIMARY front 100%
          service task-definition/web:1
          set ecs-svc/r1 PRIMARY - - targetgroup/front/0123456789abcdef running=2 STEADY_STATE
    "#]]
    .assert_eq(&shown(&world, &id).await);
}

#[tokio::test]
async fn a_stop_without_a_rollback_moves_nothing() {
    let mut world = world_with_group().await;
    let id = begin(&mut world, SPEC).await;
    world.settle().await;
    let input = codedeploy::StopDeploymentInput {
        deployment_id: id.clone(),
        auto_rollback_enabled: Some(false),
    };
    let stopped = world.api.stop_deployment(&world.caller, input.clone()).await.expect("it stops");
    assert_eq!(stopped.status, Some(codedeploy::StopStatus::Succeeded));
    world.settle().await;
    expect![[r#"
        Stopped
          MANUAL_STOP: The deployment was stopped by a user.
          BeforeInstall=Succeeded Install=Succeeded AfterInstall=Succeeded
              BeforeAllowTraffic=Skipped AllowTraffic=Skipped AfterAllowTraffic=Skipped
          Blue ecs-svc/r1 PRIMARY front 100%
          Green ecs-svc/r2 ACTIVE idle 0%
          service task-definition/web:1
          set ecs-svc/r1 PRIMARY - - targetgroup/front/0123456789abcdef running=2 STEADY_STATE
          set ecs-svc/r2 ACTIVE CODE_DEPLOY ID targetgroup/idle/0123456789abcdef running=2
              STEADY_STATE
    "#]]
    .assert_eq(&shown(&world, &id).await);
    let again = refusal(world.api.stop_deployment(&world.caller, input).await);
    assert!(again.starts_with("DeploymentAlreadyCompletedException: "), "{again}");
}

fn native(world: &World) -> ServiceDeployment {
    let snapshot = world.api.snapshot();
    let service = snapshot.services.all().next().expect("the service").clone();
    let current = snapshot.service_deployment(&service.key, &service.current_deployment);
    (*current.expect("its deployment").record).clone()
}

#[tokio::test]
async fn a_function_answers_once() {
    let mut world = world_with_group().await;
    let hooks = r#""Hooks": [{"AfterInstall": "check"}], "version": 0.0,"#;
    let id = begin(&mut world, &SPEC.replace(r#""version": 0.0,"#, hooks)).await;
    world.settle().await;
    let run = native(&world).progress.expect("its progress").hooks.remove(0);
    assert_eq!(run.status, HookStatus::InProgress);
    let put = |execution: &str, status| codedeploy::PutLifecycleEventHookExecutionStatusInput {
        deployment_id: Some(id.clone()),
        lifecycle_event_hook_execution_id: Some(execution.to_owned()),
        status: Some(status),
    };
    let (good, bad) =
        (codedeploy::LifecycleEventStatus::Succeeded, codedeploy::LifecycleEventStatus::InProgress);
    let mut told = Vec::new();
    for input in [put("x", good), put(&run.id, bad), put(&run.id, good), put(&run.id, good)] {
        let answer =
            world.api.put_lifecycle_event_hook_execution_status(&world.caller, input).await;
        told.push(refusal(answer));
    }
    expect![[r#"
        InvalidLifecycleEventHookExecutionIdException: The lifecycle event hook execution ID
            is not valid.
        InvalidLifecycleEventHookExecutionStatusException: The status must be Succeeded or
            Failed.
        taken
        LifecycleEventAlreadyCompletedException: The lifecycle event is already completed.
    "#]]
    .assert_eq(&(wrapped(&told.join("\n")) + "\n"));
    world.settle().await;
    assert!(shown(&world, &id).await.starts_with("Ready\n"));
}

type GroupChange = fn(&World, &mut codedeploy::CreateDeploymentGroupInput);

const GROUPS: &[(&str, GroupChange)] = &[
    ("application", |_, r| "none".clone_into(&mut r.application_name)),
    ("config", |_, r| r.deployment_config_name = Some("none".to_owned())),
    ("style", |_, r| r.deployment_style = None),
    ("waits", |_, r| r.blue_green_deployment_configuration = None),
    ("continue", |_, r| {
        let action = codedeploy::DeploymentReadyAction::ContinueDeployment;
        r.blue_green_deployment_configuration = Some(waits(action, (1, 0)));
    }),
    ("too long", |_, r| {
        let action = codedeploy::DeploymentReadyAction::ContinueDeployment;
        r.blue_green_deployment_configuration = Some(waits(action, (0, 2_881)));
    }),
    ("load balancer", |_, r| r.load_balancer_info = None),
    ("no pair", |_, r| r.load_balancer_info = Some(codedeploy::LoadBalancerInfo::default())),
    ("group", |_, r| pair(r).target_groups.as_mut().expect("two")[1].name = Some("x".to_owned())),
    ("listener", |world, r| {
        let arn = listener_arn(world).replace("fedcba", "abcdef");
        pair(r).prod_traffic_route =
            Some(codedeploy::TrafficRoute { listener_arns: Some(vec![arn]) });
    }),
    ("same listener", |_, r| {
        let route = pair(r).prod_traffic_route.clone();
        pair(r).test_traffic_route = route;
    }),
    ("no service", |_, r| r.ecs_services = None),
    ("service", |_, r| {
        r.ecs_services.as_mut().expect("one")[0].service_name = Some("none".to_owned());
    }),
    ("its own", |_, r| {
        r.ecs_services.as_mut().expect("one")[0].service_name = Some("own".to_owned());
    }),
    ("alarms", |_, r| {
        r.alarm_configuration = Some(codedeploy::AlarmConfiguration {
            enabled: Some(true),
            ..codedeploy::AlarmConfiguration::default()
        });
    }),
    ("rollback", |_, r| {
        r.auto_rollback_configuration =
            Some(codedeploy::AutoRollbackConfiguration { enabled: Some(true), events: None });
    }),
    ("triggers", |_, r| {
        r.trigger_configurations = Some(vec![codedeploy::TriggerConfig::default()]);
    }),
    ("outdated", |_, r| {
        r.outdated_instances_strategy = Some(codedeploy::OutdatedInstancesStrategy::Ignore);
    }),
    ("tags", |_, r| r.tags = Some(vec![codedeploy::Tag::default()])),
    ("as it is", |_, _| {}),
    ("again", |_, _| {}),
    ("another", |_, r| "other".clone_into(&mut r.deployment_group_name)),
];

fn pair(
    request: &mut codedeploy::CreateDeploymentGroupInput,
) -> &mut codedeploy::TargetGroupPairInfo {
    let given = request.load_balancer_info.as_mut().expect("load balancers");
    &mut given.target_group_pair_info_list.as_mut().expect("pairs")[0]
}

#[tokio::test]
async fn groups_that_do_not_fit() {
    let mut world = world().await;
    world.create(world.request("own", 1)).await.expect("it is made");
    let mut told = String::new();
    for (name, change) in GROUPS {
        let mut request = group_request(&world);
        change(&world, &mut request);
        let answer = refusal(world.api.create_deployment_group(&world.caller, request).await);
        told += &(world.mask(&format!("{name}: {answer}")) + "\n");
    }
    expect![[r#"
        application: ApplicationDoesNotExistException: No application found for name: none
        config: DeploymentConfigDoesNotExistException: No Deployment Configuration found for
            name: none
        style: InvalidDeploymentStyleException: For the ECS compute platform, deploymentType
            must be BLUE_GREEN and deploymentOption WITH_TRAFFIC_CONTROL.
        waits: InvalidBlueGreenDeploymentConfigurationException:
            blueGreenDeploymentConfiguration is required for the ECS compute platform.
        continue: InvalidBlueGreenDeploymentConfigurationException: waitTimeInMinutes applies
            only to actionOnTimeout STOP_DEPLOYMENT.
        too long: InvalidBlueGreenDeploymentConfigurationException:
            terminationWaitTimeInMinutes must be between 0 and 2880.
        load balancer: InvalidLoadBalancerInfoException: loadBalancerInfo is required for the
            ECS compute platform.
        no pair: InvalidTargetGroupPairException: Exactly one target group pair must be
            specified for ECS.
        group: InvalidTargetGroupPairException: The target group x does not exist.
        listener: InvalidLoadBalancerInfoException: The listener
            listener/app/front/0011223344556677/abcdef9876543210 does not exist.
        same listener: InvalidTargetGroupPairException: The production and the test listener
            must differ.
        no service: InvalidECSServiceException: Exactly one ECS service must be specified.
        service: InvalidECSServiceException: Service not found.
        its own: InvalidECSServiceException: Deployment group's ECS service must be configured
            for a CODE_DEPLOY deployment controller.
        alarms: InvalidAlarmConfigException: Alarms cannot be enabled without an alarm.
        rollback: InvalidAutoRollbackConfigException: Automatic rollback cannot be enabled
            without an event.
        triggers: InvalidInputException: `triggerConfigurations` is not supported by Longshore
            yet
        outdated: InvalidInputException: `outdatedInstancesStrategy` is not supported by
            Longshore yet
        tags: InvalidInputException: `tags` is not supported by Longshore yet
        as it is: taken
        again: DeploymentGroupAlreadyExistsException: Deployment Group already exists: shop
        another: ECSServiceMappingLimitExceededException: The ECS service web is already in
            the deployment group shop.
    "#]]
    .assert_eq(&told);
}

type DeploymentChange = fn(&mut codedeploy::CreateDeploymentInput);

const DEPLOYMENTS: &[(&str, DeploymentChange)] = &[
    ("group", |r| r.deployment_group_name = Some("none".to_owned())),
    ("no group", |r| r.deployment_group_name = None),
    ("no revision", |r| r.revision = None),
    ("s3", |r| kind(r, codedeploy::RevisionLocationType::S3)),
    ("github", |r| kind(r, codedeploy::RevisionLocationType::GitHub)),
    ("string", |r| kind(r, codedeploy::RevisionLocationType::String)),
    ("digest", |r| content(r).sha256 = Some("00".to_owned())),
    ("text", |r| content(r).content = Some("[".to_owned())),
    ("version", |r| replace(r, "0.0", "0.1")),
    ("kind", |r| replace(r, "AWS::ECS::Service", "AWS::Lambda::Function")),
    ("key", |r| replace(r, r#""TaskDefinition""#, r#""Tasks": 1, "TaskDefinition""#)),
    ("port", |r| replace(r, "80}", "81}")),
    ("definition", |r| replace(r, "web:2", "web:9")),
    ("no container", |r| replace(r, r#""ContainerName": "web","#, "")),
    ("hook", |r| replace(r, r#""Resources""#, r#""Hooks": [{"Install": "f"}], "Resources""#)),
    ("restart", |r| r.deployment_mode = Some(codedeploy::DeploymentMode::Restart)),
    ("instances", |r| r.target_instances = Some(codedeploy::TargetInstances::default())),
];

fn kind(request: &mut codedeploy::CreateDeploymentInput, kind: codedeploy::RevisionLocationType) {
    request.revision.as_mut().expect("a revision").revision_type = Some(kind);
}

fn content(request: &mut codedeploy::CreateDeploymentInput) -> &mut codedeploy::AppSpecContent {
    let revision = request.revision.as_mut().expect("a revision");
    revision.app_spec_content.as_mut().expect("an AppSpec")
}

fn replace(request: &mut codedeploy::CreateDeploymentInput, old: &str, new: &str) {
    let content = content(request).content.as_mut().expect("its text");
    assert!(content.contains(old));
    *content = content.replace(old, new);
}

#[tokio::test]
async fn deployments_that_do_not_fit() {
    let world = world_with_group().await;
    let mut told = String::new();
    for (name, change) in DEPLOYMENTS {
        let mut request = request(SPEC);
        change(&mut request);
        let answer = refusal(world.api.create_deployment(&world.caller, request).await);
        told += &(world.mask(&format!("{name}: {answer}")) + "\n");
    }
    // A listener that forwards elsewhere has no share to move.
    let snapshot = world.api.snapshot();
    let listener = snapshot.listeners.all().next().expect("a listener");
    let mut away = (*listener.record).clone();
    if let model::Action::Forward { target_groups, .. } = &mut away.default_actions[0] {
        target_groups[0].target_group_arn = group("idle").arn();
    }
    let mut plan = Plan::new();
    plan.update(listener, away);
    world.commit(plan).await;
    let answer = refusal(world.api.create_deployment(&world.caller, request(SPEC)).await);
    told += &(world.mask(&format!("away: {answer}")) + "\n");
    expect![[r#"
        group: DeploymentGroupDoesNotExistException: No Deployment Group found for name: none
        no group: DeploymentGroupNameRequiredException: The deployment group name is required.
        no revision: RevisionRequiredException: The revision is required.
        s3: InvalidRevisionException: `revisionType` S3 is not supported by Longshore yet
        github: InvalidRevisionException: `revisionType` GitHub is not supported by Longshore
            yet
        string: InvalidRevisionException: `revisionType` String is not supported by Longshore
            yet
        digest: InvalidRevisionException: The SHA256 hash of the AppSpec is not the one that
            was given.
        text: InvalidRevisionException: The AppSpec must be JSON; YAML is not supported by
            Longshore yet (EOF while parsing a list at line 1 column 1)
        version: InvalidRevisionException: The version of the AppSpec must be 0.0.
        kind: InvalidRevisionException: The type of TargetService must be AWS::ECS::Service,
            not AWS::Lambda::Function.
        key: InvalidRevisionException: `Tasks` in Properties is not supported by Longshore yet
        port: InvalidRevisionException: The container web did not have a container port 81
            defined.
        definition: InvalidRevisionException: TaskDefinition not found.
        no container: InvalidRevisionException: The AppSpec must have ContainerName.
        hook: InvalidRevisionException: The AppSpec has an unknown hook Install.
        restart: InvalidInputException: `deploymentMode` is not supported by Longshore yet
        instances: InvalidInputException: `targetInstances` is not supported by Longshore yet
        away: InvalidLoadBalancerInfoException: The ELB could not be updated due to the
            following error: Primary taskset target group must be behind listener
            listener/app/front/0011223344556677/fedcba9876543210
    "#]]
    .assert_eq(&told);
}

type ServiceChange = fn(&mut ecs::CreateServiceRequest);

#[tokio::test]
async fn services_that_codedeploy_cannot_deploy_to() {
    let mut world = World::new().await;
    let changes: [(&str, ServiceChange); 5] = [
        ("no group", |r| r.load_balancers = None),
        ("strategy", |r| {
            r.deployment_configuration = Some(ecs::DeploymentConfiguration {
                strategy: Some(ecs::DeploymentStrategy::BlueGreen),
                ..ecs::DeploymentConfiguration::default()
            });
        }),
        ("breaker", |r| {
            r.deployment_configuration = Some(ecs::DeploymentConfiguration {
                deployment_circuit_breaker: Some(ecs::DeploymentCircuitBreaker {
                    enable: Some(true),
                    ..ecs::DeploymentCircuitBreaker::default()
                }),
                ..ecs::DeploymentConfiguration::default()
            });
        }),
        ("external", |r| {
            let kind = Some(ecs::DeploymentControllerType::External);
            r.deployment_controller = Some(ecs::DeploymentController { r#type: kind });
        }),
        ("as it is", |_| {}),
    ];
    let mut told = String::new();
    for (name, change) in changes {
        let kind = Some(ecs::DeploymentControllerType::CodeDeploy);
        let mut request = ecs::CreateServiceRequest {
            deployment_controller: Some(ecs::DeploymentController { r#type: kind }),
            load_balancers: Some(vec![load_balancer("front")]),
            ..world.request("web", 1)
        };
        change(&mut request);
        told += &(wrapped(&format!("{name}: {}", refusal(world.create(request).await))) + "\n");
    }
    expect![[r#"
        no group: InvalidParameterException: Services with a CODE_DEPLOY deployment controller
            must have exactly one target group.
        strategy: InvalidParameterException: strategy can only be used with services that have
            an ECS deployment controller.
        breaker: InvalidParameterException: deploymentCircuitBreaker can only be used with
            services that have an ECS deployment controller.
        external: InvalidParameterException: TaskDefinition must be null.
        as it is: taken
    "#]]
    .assert_eq(&told);
}
