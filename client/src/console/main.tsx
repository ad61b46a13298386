document.querySelector("#console")?.append("Abaton");
