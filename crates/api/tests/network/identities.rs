//! IAM: requests of the same moment, and what is kept of a secret.

use model::AccessKey;

use crate::world::{World, check_exclusive, codes_of, one};

const IAM: &wire::Service = &aws_api::iam::SERVICE;

/// A document in a form: it allows everything.
const DOCUMENT: &str = "%7B%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:%22*%22,\
                        %22Resource%22:%22*%22%7D%7D";

/// A trust policy in a form.
const TRUST: &str = "%7B%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:\
                     %22sts:AssumeRole%22,%22Principal%22:%7B%22Service%22:\
                     %22ecs-tasks.amazonaws.com%22%7D%7D%7D";

fn policy(world: &World, name: &str) -> String {
    let form = format!("CreatePolicy&PolicyName={name}&PolicyDocument={DOCUMENT}");
    one(&world.iam(&form), "Arn")
}

#[test]
fn nothing_is_given_to_who_is_deleted_at_the_same_moment() {
    let world = World::new();
    let codes = check_exclusive(&world, |world, round| {
        world.iam(&format!("CreateUser&UserName=user-{round}"));
        [
            (IAM, format!("CreateAccessKey&UserName=user-{round}")),
            (IAM, format!("DeleteUser&UserName=user-{round}")),
        ]
    });
    assert!(codes.is_subset(&codes_of(["DeleteConflict", "NoSuchEntity"])), "{codes:?}");
    let snapshot = world.snapshot();
    for key in snapshot.access_keys.all() {
        let scope = model::iam_scope(&key.account);
        assert!(snapshot.iam_users.get(&scope, &key.user).is_some(), "{}", key.user);
    }
}

#[test]
fn nobody_has_a_policy_that_is_deleted_at_the_same_moment() {
    let world = World::new();
    world.iam("CreateUser&UserName=ann");
    for use_of_it in [
        "AttachUserPolicy&UserName=ann&PolicyArn",
        "PutUserPermissionsBoundary&UserName=ann&PermissionsBoundary",
    ] {
        let word = use_of_it.split('&').next().unwrap_or_default();
        let codes = check_exclusive(&world, |world, round| {
            let arn = policy(world, &format!("{word}-{round}"));
            [(IAM, format!("{use_of_it}={arn}")), (IAM, format!("DeletePolicy&PolicyArn={arn}"))]
        });
        assert!(codes.is_subset(&codes_of(["DeleteConflict", "NoSuchEntity"])), "{codes:?}");
    }
}

#[test]
fn a_policys_name_is_given_once_whatever_the_path_even_at_the_same_moment() {
    let codes = check_exclusive(&World::new(), |_, round| {
        ["/one/", "/two/"].map(|path| {
            let form = format!("CreatePolicy&PolicyName=p{round}&Path={path}");
            (IAM, format!("{form}&PolicyDocument={DOCUMENT}"))
        })
    });
    assert_eq!(codes, codes_of(["EntityAlreadyExists"]));
}

#[test]
fn nobody_is_in_what_is_deleted_at_the_same_moment() {
    let world = World::new();
    world.iam("CreateUser&UserName=ann");
    let groups = check_exclusive(&world, |world, round| {
        world.iam(&format!("CreateGroup&GroupName=group-{round}"));
        [
            (IAM, format!("AddUserToGroup&UserName=ann&GroupName=group-{round}")),
            (IAM, format!("DeleteGroup&GroupName=group-{round}")),
        ]
    });
    assert!(groups.is_subset(&codes_of(["DeleteConflict", "NoSuchEntity"])), "{groups:?}");
    let profiles = check_exclusive(&world, |world, round| {
        let role = format!("RoleName=role-{round}");
        let profile = format!("InstanceProfileName=profile-{round}");
        world.iam(&format!("CreateRole&{role}&AssumeRolePolicyDocument={TRUST}"));
        world.iam(&format!("CreateInstanceProfile&{profile}"));
        [
            (IAM, format!("AddRoleToInstanceProfile&{role}&{profile}")),
            (IAM, format!("DeleteRole&{role}")),
        ]
    });
    assert!(profiles.is_subset(&codes_of(["DeleteConflict", "NoSuchEntity"])), "{profiles:?}");
}

#[test]
fn a_secret_is_told_once_and_kept_sealed() {
    let world = World::new();
    world.iam("CreateUser&UserName=ann");
    let made = world.iam("CreateAccessKey&UserName=ann");
    let (id, secret) = (one(&made, "AccessKeyId"), one(&made, "SecretAccessKey"));
    assert!(!world.iam("ListAccessKeys&UserName=ann").contains(&secret));
    let snapshot = world.snapshot();
    let key = snapshot.access_keys.get(&AccessKey::scope(), &id).expect("it was made");
    let kept = format!("{:?}", key.record);
    assert!(!kept.contains(&secret), "{kept}");
    let context = AccessKey::sealing_context(&id);
    let opened = world.api.vault.open_text(&key.secret, &context).expect("the vault's own");
    assert_eq!(*opened, secret);
}

#[test]
fn two_keys_are_the_most_even_at_the_same_moment() {
    let world = World::new();
    let codes = check_exclusive(&world, |world, round| {
        let form = format!("UserName=user-{round}");
        world.iam(&format!("CreateUser&{form}"));
        world.iam(&format!("CreateAccessKey&{form}"));
        let call = (IAM, format!("CreateAccessKey&{form}"));
        [call.clone(), call]
    });
    assert_eq!(codes, codes_of(["LimitExceeded"]));
}
