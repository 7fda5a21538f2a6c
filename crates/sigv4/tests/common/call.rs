//! A call as tests sign it, change it and have it verified.

use sigv4::{
    AmzDate, BodyHash, Claim, Credentials, Error, Expected, Headers, Request, SecretKey, Signing,
    Verifier, presign, sign,
};

pub(crate) const NOW: i64 = 1_440_938_160;
pub(crate) const KEY: &str = "AKIDEXAMPLE";
pub(crate) const HOST: (&str, &str) = ("host", "localhost:4566");

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) service: &'static str,
}

impl Call {
    pub(crate) fn to(service: &'static str) -> Call {
        let headers = vec![(HOST.0.to_owned(), HOST.1.to_owned())];
        let (method, path) = ("POST".to_owned(), "/".to_owned());
        Call { method, path, query: String::new(), headers, body: b"{}".to_vec(), service }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with<T>(&self, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        then(&Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: Headers(&headers),
            body_hash: BodyHash::of(&self.body),
        })
    }

    pub(crate) fn signed_at(mut self, secs: i64) -> Call {
        let added = self.signing(secs, sign);
        for (name, value) in added {
            self = self.header(name, &value);
        }
        self
    }

    pub(crate) fn presigned_at(mut self, secs: i64, expires_seconds: u32) -> Call {
        self.query =
            self.signing(secs, |request, signing| presign(request, signing, expires_seconds));
        self
    }

    pub(crate) fn signing<T>(
        &self,
        secs: i64,
        then: impl FnOnce(&Request<'_>, &Signing<'_>) -> T,
    ) -> T {
        let secret = secret();
        let credentials = Credentials { access_key_id: KEY, secret: &secret, session_token: None };
        let now = AmzDate::from_secs(secs);
        let path = Expected::of(self.service, now).path;
        let signing =
            Signing { credentials, region: "us-east-1", service: self.service, now, path };
        self.with(|request| then(request, &signing))
    }

    pub(crate) fn verify(&self, secret: &SecretKey) -> Result<(), Error> {
        self.with(|request| {
            let claim = Claim::read(request)?;
            let mut expected = Expected::of(self.service, AmzDate::from_secs(NOW));
            expected.region = Some("us-east-1");
            Verifier::new().verify(request, &claim, secret, &expected)
        })
    }
}

pub(crate) fn secret() -> SecretKey {
    SecretKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}
