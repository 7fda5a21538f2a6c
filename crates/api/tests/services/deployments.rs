//! Service deployments and revisions, listed and described.

use aws_api::ecs::{self, Ecs as _};
use expect_test::expect;

use crate::world::{World, text};

/// Two deployments: one that is done, and one that has begun.
async fn two_deployments() -> World {
    let mut world = World::new().await;
    let request = world.request("web", 2);
    world.create(request).await.expect("it is made");
    world.settle().await;
    let request = ecs::UpdateServiceRequest {
        service: "web".to_owned(),
        task_definition: Some("web:2".to_owned()),
        ..ecs::UpdateServiceRequest::default()
    };
    world.update(request).await.expect("it is changed");
    world.pass().await;
    world
}

async fn listed(world: &World, request: ecs::ListServiceDeploymentsRequest) -> Vec<String> {
    let request = ecs::ListServiceDeploymentsRequest { service: "web".to_owned(), ..request };
    let response = world.api.list_service_deployments(&world.caller, request).await;
    let deployments = response.expect("a list").service_deployments.unwrap_or_default();
    deployments
        .iter()
        .map(|deployment| {
            world.mask(&format!(
                "{} {} -> {}",
                text(deployment.service_deployment_arn.as_ref()),
                deployment.status.map_or("-", ecs::ServiceDeploymentStatus::as_str),
                text(deployment.target_service_revision_arn.as_ref()),
            ))
        })
        .collect()
}

#[tokio::test]
async fn deployments_are_listed_newest_first() {
    let world = two_deployments().await;
    let all = listed(&world, ecs::ListServiceDeploymentsRequest::default()).await;
    expect![[r#"
        service-deployment/default/web/d2 IN_PROGRESS -> service-revision/default/web/r2
        service-deployment/default/web/d1 SUCCESSFUL -> service-revision/default/web/r1"#]]
    .assert_eq(&all.join("\n"));

    let done = ecs::ListServiceDeploymentsRequest {
        status: Some(vec![ecs::ServiceDeploymentStatus::Successful]),
        ..ecs::ListServiceDeploymentsRequest::default()
    };
    assert_eq!(listed(&world, done).await, all[1..]);
    let young = ecs::ListServiceDeploymentsRequest {
        created_at: Some(ecs::CreatedAt {
            before: None,
            after: Some(model::Timestamp::from_secs(1_001)),
        }),
        ..ecs::ListServiceDeploymentsRequest::default()
    };
    assert_eq!(listed(&world, young).await, all[..1]);
    let one = ecs::ListServiceDeploymentsRequest {
        max_results: Some(1),
        ..ecs::ListServiceDeploymentsRequest::default()
    };
    assert_eq!(listed(&world, one).await, all[..1]);
}

#[tokio::test]
async fn a_deployment_tells_its_revisions_tasks() {
    let world = two_deployments().await;
    let snapshot = world.api.snapshot();
    let mut arns: Vec<String> = snapshot.service_deployments.all().map(|d| d.arn()).collect();
    arns.sort_by_key(|arn| world.mask(arn));
    arns.push("arn:aws:ecs:us-east-1:000000000000:service-deployment/default/web/x".to_owned());
    let request = ecs::DescribeServiceDeploymentsRequest { service_deployment_arns: arns };
    let response = world.api.describe_service_deployments(&world.caller, request).await;
    let response = response.expect("an answer");
    let mut lines = Vec::new();
    let summary = |of: &ecs::ServiceRevisionSummary| {
        format!(
            "{} {:?} {:?} {:?}",
            text(of.arn.as_ref()),
            of.requested_task_count,
            of.running_task_count,
            of.pending_task_count
        )
    };
    for deployment in response.service_deployments.unwrap_or_default() {
        lines.push(format!(
            "{} {}",
            text(deployment.service_deployment_arn.as_ref()),
            deployment.status.map_or("-", ecs::ServiceDeploymentStatus::as_str),
        ));
        for source in deployment.source_service_revisions.unwrap_or_default() {
            lines.push(format!("  from {}", summary(&source)));
        }
        let target = deployment.target_service_revision.unwrap_or_default();
        lines.push(format!("  to {}", summary(&target)));
    }
    for failure in response.failures.unwrap_or_default() {
        lines.push(format!("{} {}", text(failure.arn.as_ref()), text(failure.reason.as_ref())));
    }
    expect![[r#"
        service-deployment/default/web/d1 SUCCESSFUL
          to service-revision/default/web/r1 Some(2) Some(2) Some(0)
        service-deployment/default/web/d2 IN_PROGRESS
          from service-revision/default/web/r1 Some(2) Some(2) Some(0)
          to service-revision/default/web/r2 Some(2) Some(0) Some(2)
        service-deployment/default/web/x MISSING"#]]
    .assert_eq(&world.mask(&lines.join("\n")));
}

#[tokio::test]
async fn a_revision_tells_the_images_that_its_tasks_found() {
    let world = two_deployments().await;
    let snapshot = world.api.snapshot();
    let mut arns: Vec<String> = snapshot.service_revisions.all().map(|r| r.arn()).collect();
    arns.sort_by_key(|arn| world.mask(arn));
    let request = ecs::DescribeServiceRevisionsRequest { service_revision_arns: arns };
    let response = world.api.describe_service_revisions(&world.caller, request).await;
    let revisions = response.expect("an answer").service_revisions.unwrap_or_default();
    let lines: Vec<String> = revisions
        .iter()
        .map(|revision| {
            let image = &revision.container_images.as_deref().unwrap_or_default()[0];
            format!(
                "{} {} {} {} {}",
                text(revision.service_revision_arn.as_ref()),
                text(revision.task_definition.as_ref()),
                text(revision.platform_version.as_ref()),
                text(image.image.as_ref()),
                text(image.image_digest.as_ref()),
            )
        })
        .collect();
    expect![[r#"
        service-revision/default/web/r1 task-definition/web:1 1.4.0 web sha256:of-web
        service-revision/default/web/r2 task-definition/web:2 1.4.0 web -"#]]
    .assert_eq(&world.mask(&lines.join("\n")));
}
