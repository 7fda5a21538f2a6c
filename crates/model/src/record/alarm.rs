//! CloudWatch alarms, as far as deployments heed them.

use serde::{Deserialize, Serialize};

use super::Tags;
use crate::{Scope, Timestamp};

/// A metric alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub scope: Scope,
    pub name: String,
    pub state: AlarmState,
    pub state_reason: String,
    /// JSON, as `SetAlarmState` was given it.
    pub state_reason_data: Option<String>,
    /// When the state was last set, and when it last became another.
    pub state_updated_at: Timestamp,
    pub state_changed_at: Timestamp,
    pub tags: Tags,
}

impl Alarm {
    pub fn arn(&self) -> String {
        self.scope.arn("cloudwatch", format_args!("alarm:{}", self.name))
    }

    pub fn is_alarming(&self) -> bool {
        self.state == AlarmState::Alarm
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmState {
    Ok,
    Alarm,
    InsufficientData,
}

impl AlarmState {
    pub const fn as_str(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}
