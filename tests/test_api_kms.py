"""AWS KMS as boto3 and the AWS CLI see it: what is encrypted with symmetric keys."""

import base64
import os

import pytest

from harness import clients
from harness.iam import ROOT
from harness.kms import ACCOUNT, NOT_YET, decrypted, described, encrypted
from harness.refusals import refused

CONTEXT = {"purpose": "a test", "of": "keys"}
BAD_CIPHERTEXT = (
    "InvalidCiphertextException: The ciphertext or its encryption context is not what was "
    "encrypted."
)
DRY_RUN = (
    "DryRunOperationException: The request would have succeeded, but the DryRun option is set."
)


@pytest.fixture(scope="module")
def kms(shared):
    return shared.boto("kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="of a test")["KeyMetadata"]["KeyId"]


@pytest.fixture
def arn(key):
    return f"{ACCOUNT}:key/{key}"


# -- the CLI


def test_the_life_of_a_key(shared, tmp_path):
    def call(operation, **named):
        return shared.aws("kms", operation, **named)

    made = call("create-key", description="by the CLI", tags="TagKey=a,TagValue=1")
    key = made["KeyMetadata"]["KeyId"]
    call("create-alias", alias_name="alias/cli", target_key_id=key)
    plain = tmp_path / "plain"
    plain.write_bytes(b"hunter2")
    sealed = call("encrypt", key_id="alias/cli", plaintext=f"fileb://{plain}")["CiphertextBlob"]
    blob = tmp_path / "blob"
    blob.write_bytes(base64.b64decode(sealed))
    opened = call("decrypt", ciphertext_blob=f"fileb://{blob}")
    assert base64.b64decode(opened["Plaintext"]) == b"hunter2"
    assert opened["KeyId"] == f"{ACCOUNT}:key/{key}"
    call("disable-key", key_id=key)
    with pytest.raises(clients.AwsError) as told:
        call("decrypt", ciphertext_blob=f"fileb://{blob}")
    assert told.value.code == "DisabledException"
    scheduled = call("schedule-key-deletion", key_id=key, pending_window_in_days="7")
    assert scheduled["KeyState"] == "PendingDeletion"


# -- encrypting and decrypting


def test_what_is_encrypted_is_decrypted(kms, key, arn):
    for size in (1, 16, 4096):
        plaintext = os.urandom(size)
        answer = kms.encrypt(KeyId=key, Plaintext=plaintext)
        assert (answer["KeyId"], answer["EncryptionAlgorithm"]) == (arn, "SYMMETRIC_DEFAULT")
        assert plaintext not in answer["CiphertextBlob"] or size == 1
        opened = kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])
        assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, arn)
        assert opened["KeyMaterialId"] == described(kms, key)["CurrentKeyMaterialId"]
    assert encrypted(kms, key) != encrypted(kms, key)
    told = refused(kms.encrypt, KeyId=key, Plaintext=bytes(4097))
    assert told == (
        "ValidationException: 1 validation error detected: Value at 'plaintext' failed to satisfy "
        "constraint: Member must have length less than or equal to 4096"
    )


def test_a_ciphertext_opens_with_its_context_only(kms, key):
    blob = encrypted(kms, key, EncryptionContext=CONTEXT)
    turned = dict(reversed(CONTEXT.items()))
    assert decrypted(kms, blob, EncryptionContext=turned) == b"hunter2"
    for other in [{}, {**CONTEXT, "more": ""}, {**CONTEXT, "of": "others"}, {"of": "keys"}]:
        told = refused(kms.decrypt, CiphertextBlob=blob, EncryptionContext=other)
        assert told == BAD_CIPHERTEXT, other


def test_a_ciphertext_that_was_changed_does_not_open(kms, key):
    blob = encrypted(kms, key)
    header = 21
    for index in [0, *range(header, len(blob))]:
        changed = bytearray(blob)
        changed[index] ^= 1
        assert refused(kms.decrypt, CiphertextBlob=bytes(changed)) == BAD_CIPHERTEXT, index
    for other in (b"x", blob[:-1], blob + b"x", bytes(6144)):
        assert refused(kms.decrypt, CiphertextBlob=other) == BAD_CIPHERTEXT
    # Another generation, and then another key.
    for index, told in [(4, BAD_CIPHERTEXT), (20, "AccessDeniedException: The ciphertext refers")]:
        changed = bytearray(blob)
        changed[index] ^= 1
        assert refused(kms.decrypt, CiphertextBlob=bytes(changed)).startswith(told)


def test_the_key_that_is_named_has_to_be_the_one(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = encrypted(kms, key)
    assert decrypted(kms, blob, KeyId=f"{ACCOUNT}:key/{key}") == b"hunter2"
    told = refused(kms.decrypt, CiphertextBlob=blob, KeyId=other)
    assert told == (
        "IncorrectKeyException: The key ID in the request does not identify a CMK that can "
        "perform this operation."
    )
    told = refused(kms.re_encrypt, CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=key)
    assert told.startswith("IncorrectKeyException")


def test_a_ciphertext_goes_to_another_key(kms, key, arn):
    other = kms.create_key()["KeyMetadata"]
    blob = encrypted(kms, key, EncryptionContext=CONTEXT)
    answer = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other["KeyId"],
        DestinationEncryptionContext={"now": "another"},
    )
    assert (answer["SourceKeyId"], answer["KeyId"]) == (arn, other["Arn"])
    assert answer["DestinationKeyMaterialId"] == other["CurrentKeyMaterialId"]
    opened = kms.decrypt(
        CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"now": "another"}
    )
    assert (opened["Plaintext"], opened["KeyId"]) == (b"hunter2", other["Arn"])
    told = refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key)
    assert told == BAD_CIPHERTEXT
    kms.disable_key(KeyId=other["KeyId"])
    named = {"SourceEncryptionContext": CONTEXT, "DestinationKeyId": other["KeyId"]}
    told = refused(kms.re_encrypt, CiphertextBlob=blob, **named)
    assert told == f"DisabledException: {other['Arn']} is disabled."


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 1024}, 1024)],
)
def test_a_data_key_is_given_plain_and_encrypted(kms, key, arn, asked, size):
    made = kms.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **asked)
    assert (len(made["Plaintext"]), made["KeyId"]) == (size, arn)
    opened = decrypted(kms, made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened == made["Plaintext"]
    assert refused(kms.decrypt, CiphertextBlob=made["CiphertextBlob"]) == BAD_CIPHERTEXT
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, **asked)
    assert "Plaintext" not in hidden
    assert len(decrypted(kms, hidden["CiphertextBlob"])) == size


@pytest.mark.parametrize("asked", [{}, {"KeySpec": "AES_128", "NumberOfBytes": 16}])
def test_a_data_key_has_one_size(kms, key, asked):
    told = "ValidationException: Please specify either number of bytes or key spec."
    assert refused(kms.generate_data_key, KeyId=key, **asked) == told
    assert refused(kms.generate_data_key_without_plaintext, KeyId=key, **asked) == told


def test_random_bytes_are_of_the_length_asked_for(kms):
    for size in (1, 1024):
        assert len(kms.generate_random(NumberOfBytes=size)["Plaintext"]) == size
    assert kms.generate_random(NumberOfBytes=32) != kms.generate_random(NumberOfBytes=32)
    assert "at 'numberOfBytes'" in refused(kms.generate_random)
    assert "less than or equal to 1024" in refused(kms.generate_random, NumberOfBytes=1025)
    told = refused(kms.generate_random, NumberOfBytes=1, CustomKeyStoreId="cks-1")
    assert told == f"UnsupportedOperationException: `CustomKeyStoreId` {NOT_YET}"


def test_a_dry_run_does_all_but_the_work(kms, key, arn):
    blob = encrypted(kms, key)
    dry = {"DryRun": True}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **dry) == DRY_RUN
    assert refused(kms.decrypt, CiphertextBlob=blob, **dry) == DRY_RUN
    assert refused(kms.decrypt, CiphertextBlob=b"x", **dry) == BAD_CIPHERTEXT
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256", **dry) == DRY_RUN
    hidden = kms.generate_data_key_without_plaintext
    assert refused(hidden, KeyId=key, KeySpec="AES_256", **dry) == DRY_RUN
    assert refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key, **dry) == DRY_RUN
    without = {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    assert refused(kms.decrypt, KeyId=key, **dry, **without) == DRY_RUN
    assert "at 'keyId'" in refused(kms.decrypt, **dry, **without)
    assert "at 'ciphertextBlob'" in refused(kms.decrypt, KeyId=key)
    told = refused(kms.decrypt, CiphertextBlob=blob, **without)
    assert told == (
        "ValidationException: DryRunModifiers can be given only when DryRun is true."
    )
    kms.disable_key(KeyId=key)
    told = f"DisabledException: {arn} is disabled."
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **dry) == told


def test_what_is_not_honoured_is_refused_by_name(kms, key):
    blob = encrypted(kms, key)
    told = f"UnsupportedOperationException: `GrantTokens` {NOT_YET}"
    tokens = {"GrantTokens": ["token"]}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **tokens) == told
    assert refused(kms.decrypt, CiphertextBlob=blob, **tokens) == told
    assert refused(kms.describe_key, KeyId=key, **tokens) == told
    told = f"UnsupportedOperationException: `Recipient` {NOT_YET}"
    recipient = {"Recipient": {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    assert refused(kms.decrypt, CiphertextBlob=blob, **recipient) == told
    assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256", **recipient) == told
    assert refused(kms.generate_random, NumberOfBytes=1, **recipient) == told
    told = (
        "InvalidKeyUsageException: The key's spec is SYMMETRIC_DEFAULT: it does not encrypt with "
        "RSAES_OAEP_SHA_256."
    )
    algorithm = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", **algorithm) == told
    assert refused(kms.decrypt, CiphertextBlob=blob, **algorithm) == told


@pytest.mark.parametrize("name", ["create_grant", "sign", "get_public_key", "generate_mac"])
def test_other_operations_are_refused_by_name(kms, key, name):
    given = {
        "create_grant": {"GranteePrincipal": ROOT, "Operations": ["Decrypt"]},
        "sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
        "get_public_key": {},
        "generate_mac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
    }
    told = refused(getattr(kms, name), KeyId=key, **given[name])
    assert told.startswith("NotImplemented: ")


def test_no_plaintext_is_kept(running):
    kms = running.boto("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    canary = b"canary-5d2c9f7e1a-canary"
    blob = encrypted(kms, key, canary)
    assert decrypted(kms, blob) == canary
    forms = [canary, base64.b64encode(canary)]
    for top, _, names in os.walk(running.data_dir):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                assert not any(form in content for form in forms), path
