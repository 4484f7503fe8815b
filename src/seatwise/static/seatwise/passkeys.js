// Passkeys (WebAuthn). A form with data-passkey="create" or "get" asks the browser for one and sends its answer.
// What is asked for stands in a JSON block named by data-options, or is fetched from where the form is sent.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

async function options(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options.publicKey;
}

async function created(form) {
  const asked = await options(form);
  const alone = form.elements.passwordless && form.elements.passwordless.checked;
  const selection = { ...asked.authenticatorSelection, residentKey: alone ? "required" : "discouraged" };
  selection.requireResidentKey = Boolean(alone);
  if (alone) selection.userVerification = "required";
  const publicKey = {
    ...asked,
    authenticatorSelection: selection,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: named(asked.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answered(made, { attestationObject: text(made.response.attestationObject) });
}

async function got(form) {
  const asked = await options(form);
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) };
  const found = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = found.response;
  return answered(found, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function answered(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  });
}

function say(form, problem) {
  for (const each of form.querySelectorAll("[data-passkey-problem]")) each.hidden = each.dataset.passkeyProblem !== problem;
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.querySelector("[data-passkey-button]").hidden = false;
  say(form, "");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation(); // it is not on its way yet: seatwise.js would have it sent once only
    say(form, "");
    try {
      form.elements.credential.value = await (form.dataset.passkey === "create" ? created(form) : got(form));
    } catch (error) {
      say(form, error.name === "InvalidStateError" ? "known" : "refused");
      return;
    }
    form.submit();
  });
}
