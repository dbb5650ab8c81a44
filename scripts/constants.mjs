// Makes constants of the bundle's constants again.
//
// esbuild declares everything at the top level of a module with `var`. V8 then reads each from memory and checks what it
// has read at every use, for it might have been assigned to; what is declared with `const` it puts in place when it
// compiles. On the path of an operation that need not wait this is a tenth of the time. All code is in a function
// (src/instance.ts), so the bundler of whoever uses the library does not undo it.
//
// No line is added, and columns change only where a list of declarations has both, so source maps stay right.
import ts from 'typescript';

/** The code of a module whose last function expression is its body, with `const` where that is possible. */
export function keepConstants(code) {
  const source = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.Latest, true);
  const assigned = assignedNames(source);
  let result = '';
  let done = 0;
  for (const statement of bodyOf(source).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    result += code.slice(done, statement.getStart()) + declare(statement.declarationList, assigned);
    done = statement.declarationList.end;
  }
  return result + code.slice(done);
}

/** The function that all code of the bundle is in. */
function bodyOf(source) {
  let found;
  const visit = (node) => {
    if (ts.isFunctionExpression(node)) found ??= node.body;
    else ts.forEachChild(node, visit);
  };
  visit(source.statements.at(-1));
  if (found === undefined) throw new Error('the bundle has another form than expected');
  return found;
}

/** The list, as one declaration or several. */
function declare({ declarations }, assigned) {
  let text = '';
  let before = '';
  for (const { name, initializer } of declarations) {
    const constant = initializer && !namesIn(name).some((n) => assigned.has(n));
    const keyword = constant ? 'const' : 'var';
    text += keyword === before ? ', ' : `${before && '; '}${keyword} `;
    // Two blanks less make up for `const` being longer than `var`.
    text +=
      name.getText() + (initializer ? (constant && before === '' ? '=' : ' = ') + initializer.getText() : '');
    before = keyword;
  }
  return text;
}

/** Every name that something is assigned to anywhere, whichever variable of that name is meant. */
function assignedNames(source) {
  const found = new Set();
  const visit = (node) => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) {
      namesIn(node.left).forEach((name) => found.add(name));
    } else if (
      (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
      isUpdate(node.operator)
    ) {
      namesIn(node.operand).forEach((name) => found.add(name));
    } else if (
      (ts.isForInStatement(node) || ts.isForOfStatement(node)) &&
      !ts.isVariableDeclarationList(node.initializer)
    ) {
      namesIn(node.initializer).forEach((name) => found.add(name));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isAssignment(operator) {
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

function isUpdate(operator) {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}

/** The names in a pattern, or in the target of an assignment; more than these do no harm. */
function namesIn(node) {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return [];
  const names = [];
  ts.forEachChild(node, (child) => void names.push(...namesIn(child)));
  return names;
}
