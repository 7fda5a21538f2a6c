//! What was denied lately, as the table's two sets keep it.

use std::process::Command;

use model::session::DeniedTraffic;
use serde_json::Value;

use crate::error::NetworkError;

/// Reads both sets, in the calling thread's namespace. Each kind is forgotten ten minutes after
/// the last packet of it. LIMIT: 4,096 kinds of each of the table's two sets.
pub(crate) fn list() -> Result<Vec<DeniedTraffic>, NetworkError> {
    let mut all = Vec::new();
    for set in ["denied", "denied_others"] {
        let output = Command::new("nft")
            .args(["-j", "-n", "list", "set", "inet", "longshore", set])
            .output()
            .map_err(NetworkError::FilterProgram)?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(NetworkError::Filter { message });
        }
        all.extend(parse(&output.stdout));
    }
    all.sort_by_key(|one| (one.source, one.destination, one.protocol, one.port));
    Ok(all)
}

/// An element that cannot be read is left out: what was denied stays so.
fn parse(json: &[u8]) -> Vec<DeniedTraffic> {
    let listed: Value = serde_json::from_slice(json).unwrap_or_default();
    let objects = listed["nftables"].as_array().into_iter().flatten();
    let elements = objects.flat_map(|each| each["set"]["elem"].as_array().into_iter().flatten());
    elements.filter_map(|each| read(&each["elem"])).collect()
}

fn read(element: &Value) -> Option<DeniedTraffic> {
    let key = element["val"]["concat"].as_array()?;
    let address = |index: usize| key.get(index)?.as_str()?.parse().ok();
    let number = |index: usize| key.get(index)?.as_u64();
    Some(DeniedTraffic {
        source: address(0)?,
        destination: address(1)?,
        protocol: u8::try_from(number(2)?).ok()?,
        port: number(3).and_then(|port| u16::try_from(port).ok()),
        packets: element["counter"]["packets"].as_u64().unwrap_or_default(),
    })
}
