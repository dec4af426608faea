// Sends the form that carries the AuthnRequest. Without scripts, its button does the same.
document.forms[0].submit();
