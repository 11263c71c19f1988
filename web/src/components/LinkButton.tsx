// A link that looks like a button: it goes to where something is done.
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { buttonClass, type Look } from "./Button";

function Anchor({ look, className, ...rest }: ComponentProps<"a"> & { look?: Look }) {
  return <a className={buttonClass(look, className)} {...rest} />;
}

export const LinkButton = createLink(Anchor);
