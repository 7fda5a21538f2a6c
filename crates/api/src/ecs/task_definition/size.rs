//! Task sizes: how they are written, and which pairs Fargate has.
//
// COMPAT: "Task size" (Amazon ECS Developer Guide); sizes are answered as numbers however
// they were written.

use aws_api::ecs::errors;
use wire::ApiError;

/// A task's own CPU units and MiB, so far as they are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ecs) struct TaskSize {
    pub(in crate::ecs) cpu_units: Option<u32>,
    pub(in crate::ecs) memory_mib: Option<u32>,
}

/// CPU units of one vCPU, and MiB of one GB.
const UNITS_PER_WHOLE: f64 = 1024.0;

/// LIMIT: what a task may have that is not for Fargate.
const CPU_UNITS: std::ops::RangeInclusive<u32> = 128..=196_608;

/// Fargate's sizes: CPU units, the least and the most MiB, and the step between.
const FARGATE: &[(u32, u32, u32, u32)] = &[
    (256, 512, 1024, 512),
    (256, 2048, 2048, 1024),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

/// Reads `cpu` and `memory` as given: `256`, `.25 vCPU`, `512`, `0.5GB`.
pub(in crate::ecs) fn parse(cpu: Option<&str>, memory: Option<&str>) -> Result<TaskSize, ApiError> {
    let cpu_units = cpu.map(|text| quantity(text, "vcpu").ok_or_else(|| invalid("cpu")));
    let memory_mib = memory.map(|text| quantity(text, "gb").ok_or_else(|| invalid("memory")));
    let size = TaskSize { cpu_units: cpu_units.transpose()?, memory_mib: memory_mib.transpose()? };
    if size.cpu_units.is_some_and(|units| !CPU_UNITS.contains(&units)) {
        return Err(invalid("cpu"));
    }
    if size.memory_mib == Some(0) {
        return Err(invalid("memory"));
    }
    Ok(size)
}

/// Refuses a size that Fargate does not have.
pub(in crate::ecs) fn check_fargate(size: TaskSize) -> Result<(), ApiError> {
    let required = |name| {
        errors::client_exception(format!(
            "Fargate requires that '{name}' be defined at the task level."
        ))
    };
    let cpu = size.cpu_units.ok_or_else(|| required("cpu"))?;
    let memory = size.memory_mib.ok_or_else(|| required("memory"))?;
    if is_fargate(size) {
        return Ok(());
    }
    Err(errors::client_exception(format!(
        "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the \
         Amazon ECS documentation for the valid values."
    )))
}

pub(in crate::ecs) fn is_fargate(size: TaskSize) -> bool {
    let (Some(cpu), Some(memory)) = (size.cpu_units, size.memory_mib) else { return false };
    FARGATE.iter().any(|&(units, least, most, step)| {
        units == cpu && (least..=most).contains(&memory) && (memory - least).is_multiple_of(step)
    })
}

/// `None` for what is no whole number of units.
fn quantity(text: &str, unit: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix(unit) {
        None => text.parse().ok(),
        Some(wholes) => {
            let units = wholes.trim_end().parse::<f64>().ok()? * UNITS_PER_WHOLE;
            let is_whole = units >= 0.0 && units <= f64::from(u32::MAX) && units.fract() == 0.0;
            is_whole.then_some(units as u32)
        }
    }
}

fn invalid(name: &str) -> ApiError {
    errors::client_exception(format!(
        "Invalid '{name}' setting for task. For more information, see the Troubleshooting \
         section of the Amazon ECS Developer Guide."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_however_they_are_written() {
        for (cpu, memory, units, mib) in [
            ("256", "512", 256, 512),
            (".25 vCPU", "0.5GB", 256, 512),
            ("1vcpu", "2 GB", 1024, 2048),
            ("0.5 vCPU", "1 gb", 512, 1024),
        ] {
            let size = parse(Some(cpu), Some(memory)).expect("a size");
            assert_eq!(size, TaskSize { cpu_units: Some(units), memory_mib: Some(mib) });
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for cpu in ["", "one", "0.1 vCPU", "-1", "127", "1 GB", "200000", "inf vcpu"] {
            assert!(parse(Some(cpu), None).is_err(), "{cpu}");
        }
        for memory in ["", "0", "half", "0.3GB", "1 vCPU", "nan gb"] {
            assert!(parse(None, Some(memory)).is_err(), "{memory}");
        }
    }

    #[test]
    fn fargate_has_the_pairs_of_its_table() {
        let has =
            |cpu, memory| is_fargate(TaskSize { cpu_units: Some(cpu), memory_mib: Some(memory) });
        for (cpu, memory) in
            [(256, 512), (256, 1024), (256, 2048), (512, 3072), (4096, 30_720), (16_384, 122_880)]
        {
            assert!(has(cpu, memory), "{cpu} {memory}");
        }
        for (cpu, memory) in [(256, 1536), (256, 4096), (512, 512), (300, 512), (8192, 17_408)] {
            assert!(!has(cpu, memory), "{cpu} {memory}");
        }
    }
}
