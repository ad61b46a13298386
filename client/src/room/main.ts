document.querySelector("#room")?.append("Abaton");
