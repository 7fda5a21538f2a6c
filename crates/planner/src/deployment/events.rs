//! What a service says of itself, in ECS's words.
//
// COMPAT: wording from the ECS Developer Guide, "Amazon ECS service event messages".

use model::{Entry, Rng, SERVICE_EVENTS_MAX, Service, ServiceEvent, Timestamp};

use crate::task::uuid;

/// The next form of a service, as its events and its steadiness change.
#[derive(Debug)]
pub(super) struct Announcer<'a> {
    service: &'a Entry<Service>,
    /// Whose tasks are spoken of, where it is not the service's only ones.
    task_set: Option<String>,
    next: Service,
    now: Timestamp,
    rng: &'a mut Rng,
}

impl<'a> Announcer<'a> {
    pub(super) fn new(service: &'a Entry<Service>, now: Timestamp, rng: &'a mut Rng) -> Self {
        Announcer { service, task_set: None, next: (*service.record).clone(), now, rng }
    }

    /// The generator, for what else the plan draws.
    pub(super) fn rng(&mut self) -> &mut Rng {
        self.rng
    }

    /// Until it ends, what is said of tasks is said of this task set's.
    pub(super) fn begin_task_set(&mut self, name: String) {
        self.task_set = Some(name);
    }

    pub(super) fn end_task_set(&mut self) {
        self.task_set = None;
    }

    pub(super) fn started(&mut self, tasks: &[String]) {
        self.said_of_tasks("has started", "tasks:", tasks);
    }

    pub(super) fn stopped(&mut self, tasks: &[String]) {
        self.said_of_tasks("has stopped", "running tasks:", tasks);
    }

    pub(super) fn draining(&mut self, tasks: &[String]) {
        self.said_of_tasks("has begun draining connections on", "tasks:", tasks);
    }

    pub(super) fn registered(&mut self, target_group_arn: &str, count: usize) {
        if count > 0 {
            self.say(&format!("registered {count} targets in (target-group {target_group_arn})"));
        }
    }

    pub(super) fn unhealthy(&mut self, task: &str, reason: &str) {
        self.say(&format!("(task {task}) is unhealthy: {reason}."));
    }

    pub(super) fn steady(&mut self) {
        if !self.next.is_steady {
            self.say("has reached a steady state.");
            self.next.is_steady = true;
        }
    }

    pub(super) fn unsteady(&mut self) {
        self.next.is_steady = false;
    }

    /// The service's next form, for what else the plan changes of it.
    pub(super) fn service_mut(&mut self) -> &mut Service {
        &mut self.next
    }

    pub(super) fn deployment_failed(&mut self, deployment_id: &str, reason: &str) {
        self.say(&format!("(deployment {deployment_id}) deployment failed: {reason}"));
    }

    pub(super) fn rolling_back(&mut self, deployment_id: &str) {
        self.say(&format!("rolling back to deployment {deployment_id}."));
    }

    pub(super) fn deployment_completed(&mut self, deployment_id: &str) {
        self.say(&format!("(deployment {deployment_id}) deployment completed."));
    }

    /// Said once until something else is said.
    ///
    /// COMPAT: the wording of ECS's own answers; the Developer Guide has it otherwise.
    pub(super) fn cannot_scale_in(&mut self, task_set: &str, protected: usize) {
        self.say_once(&format!(
            "was unable to reach steady state because (taskSet {task_set}) was unable to scale \
             in due to (reason {protected} tasks under protection)"
        ));
    }

    /// Said once until something else is said.
    pub(super) fn cannot_start(&mut self) {
        self.say_once(
            "is unable to consistently start tasks successfully. For more information, see the \
             Troubleshooting section of the Amazon ECS Developer Guide.",
        );
    }

    /// Said once until something else is said.
    pub(super) fn cannot_place(&mut self, reason: &str) {
        self.say_once(&format!("was unable to place a task. Reason: {reason}."));
    }

    pub(super) fn finish(self) -> Service {
        self.next
    }

    fn said_of_tasks(&mut self, verb: &str, noun: &str, tasks: &[String]) {
        if tasks.is_empty() {
            return;
        }
        let named: Vec<String> = tasks.iter().map(|task| format!("(task {task})")).collect();
        let said = format!("{verb} {} {noun} {}.", tasks.len(), named.join(" "));
        let name = &self.service.key.name;
        self.add(match &self.task_set {
            Some(task_set) => format!("(service {name}, taskSet {task_set}) {said}"),
            None => format!("(service {name}) {said}"),
        });
    }

    /// Says what is wrong, once until something is said that is not wrong: of two complaints
    /// neither may bring the other about again.
    fn say_once(&mut self, text: &str) {
        let message = self.worded(text);
        let mut complaints = self.next.events.iter().take_while(|event| is_complaint(event));
        if !complaints.any(|event| event.message == message) {
            self.say(text);
        }
    }

    fn say(&mut self, text: &str) {
        self.add(self.worded(text));
    }

    fn add(&mut self, message: String) {
        let event = ServiceEvent { id: uuid(self.rng), created_at: self.now, message };
        self.next.events.insert(0, event);
        self.next.events.truncate(SERVICE_EVENTS_MAX);
    }

    fn worded(&self, text: &str) -> String {
        format!("(service {}) {text}", self.service.key.name)
    }
}

fn is_complaint(event: &ServiceEvent) -> bool {
    let said = event.message.split_once(") ").map_or("", |(_, said)| said);
    said.starts_with("is unable to") || said.starts_with("was unable to")
}
